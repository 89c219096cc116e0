-- bauplan: materialization_strategy=REPLACE
SELECT visit_id, customer_id, seconds
FROM web.visits
