-- bauplan: materialization_strategy=REPLACE
SELECT hour, checkins
FROM busy_hours
ORDER BY checkins DESC
LIMIT 1
