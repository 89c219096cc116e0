-- bauplan: materialization_strategy=REPLACE
SELECT id, supplier, paid, pieces
FROM wh.lots
