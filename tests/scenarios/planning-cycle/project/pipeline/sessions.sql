-- bauplan: materialization_strategy=REPLACE
SELECT user_id, COUNT(*) AS events, MAX(minute) AS last_minute
FROM web.events
GROUP BY user_id
