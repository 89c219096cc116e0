-- bauplan: materialization_strategy=REPLACE
SELECT product, revenue
FROM revenue
ORDER BY revenue DESC
LIMIT 1
