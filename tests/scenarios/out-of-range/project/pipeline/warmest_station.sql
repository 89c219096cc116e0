-- bauplan: materialization_strategy=REPLACE
SELECT station, mean_celsius
FROM station_means
ORDER BY mean_celsius DESC
LIMIT 1
