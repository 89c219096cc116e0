-- bauplan: materialization_strategy=REPLACE
SELECT station, AVG(celsius) AS mean_celsius, COUNT(*) AS readings
FROM readings
GROUP BY station
