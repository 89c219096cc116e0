-- bauplan: materialization_strategy=REPLACE
SELECT hour, COUNT(*) AS checkins
FROM evenings
GROUP BY hour
