-- bauplan: materialization_strategy=REPLACE
SELECT currency, SUM(units) AS units
FROM positions
GROUP BY currency
