-- bauplan: materialization_strategy=REPLACE
SELECT meter, COUNT(*) AS leaks
FROM leaks
GROUP BY meter
