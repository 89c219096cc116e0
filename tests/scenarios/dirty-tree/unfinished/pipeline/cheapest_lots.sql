-- bauplan: materialization_strategy=REPLACE
SELECT id, unit_price
FROM unit_prices
ORDER BY unit_price
LIMIT 7
