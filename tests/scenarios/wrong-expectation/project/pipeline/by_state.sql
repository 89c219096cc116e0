-- bauplan: materialization_strategy=REPLACE
SELECT state, SUM(amount) AS amount
FROM payments
GROUP BY state
