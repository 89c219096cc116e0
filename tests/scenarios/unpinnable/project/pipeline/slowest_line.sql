-- bauplan: materialization_strategy=REPLACE
SELECT line, AVG(speed) AS speed
FROM speeds
GROUP BY line
ORDER BY speed
LIMIT 1
