-- bauplan: materialization_strategy=REPLACE
SELECT COUNT(*) AS users, SUM(events) AS events
FROM active_users
