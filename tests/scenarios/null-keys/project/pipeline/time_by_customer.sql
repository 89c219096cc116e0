-- bauplan: materialization_strategy=REPLACE
SELECT customer_id, SUM(seconds) AS seconds, COUNT(*) AS visits
FROM visits
GROUP BY customer_id
