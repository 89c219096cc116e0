-- bauplan: materialization_strategy=REPLACE
SELECT user_id, events
FROM sessions
WHERE events > 5
