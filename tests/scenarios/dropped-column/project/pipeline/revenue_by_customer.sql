-- bauplan: materialization_strategy=REPLACE
SELECT customer_id, SUM(net) AS revenue
FROM order_lines
GROUP BY customer_id
