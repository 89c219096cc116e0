-- bauplan: materialization_strategy=REPLACE
SELECT customer_id, revenue
FROM revenue_by_customer
ORDER BY revenue DESC
LIMIT 10
