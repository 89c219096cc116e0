-- bauplan: materialization_strategy=REPLACE
SELECT weekday
FROM by_weekday
ORDER BY people DESC
LIMIT 1
