-- bauplan: materialization_strategy=REPLACE
SELECT state, amount
FROM by_state
ORDER BY amount DESC
LIMIT 1
