-- bauplan: materialization_strategy=REPLACE
SELECT id, vendor, amount
FROM erp.invoices
