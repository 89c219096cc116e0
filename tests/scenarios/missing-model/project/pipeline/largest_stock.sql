-- bauplan: materialization_strategy=REPLACE
SELECT item, pieces
FROM stock
ORDER BY pieces DESC
LIMIT 3
