-- bauplan: materialization_strategy=REPLACE
SELECT user_id, COUNT(*) AS events, MAX(minute) AS last_minute
FROM web.events
WHERE user_id IN (SELECT user_id FROM active_users)
GROUP BY user_id
