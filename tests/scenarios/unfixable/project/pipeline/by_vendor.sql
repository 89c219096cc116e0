-- bauplan: materialization_strategy=REPLACE
SELECT vendor, SUM(amount) AS amount
FROM invoices
GROUP BY vendor
