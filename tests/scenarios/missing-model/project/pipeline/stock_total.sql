-- bauplan: materialization_strategy=REPLACE
SELECT COUNT(*) AS items, SUM(pieces) AS pieces
FROM stock
