-- bauplan: materialization_strategy=REPLACE
SELECT category, margin
FROM margin
ORDER BY margin DESC
LIMIT 1
