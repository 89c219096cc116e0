-- bauplan: materialization_strategy=REPLACE
SELECT weekday, SUM(people) AS people
FROM visitors
GROUP BY weekday
