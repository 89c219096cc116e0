-- bauplan: materialization_strategy=REPLACE
SELECT hour, COUNT(*) AS checkins
FROM checkins
GROUP BY hour
