-- bauplan: materialization_strategy=REPLACE
SELECT customer_id, seconds
FROM time_by_customer
WHERE visits > 10
