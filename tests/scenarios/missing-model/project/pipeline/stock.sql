-- bauplan: materialization_strategy=REPLACE
SELECT item, SUM(pieces) AS pieces
FROM wh.movements
GROUP BY item
