-- bauplan: materialization_strategy=REPLACE
SELECT item, pieces
FROM stock_levels
WHERE pieces < 60
