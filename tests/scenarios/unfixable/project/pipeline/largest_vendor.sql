-- bauplan: materialization_strategy=REPLACE
SELECT vendor, amount
FROM by_vendor
ORDER BY amount DESC
LIMIT 1
