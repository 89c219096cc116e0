-- bauplan: materialization_strategy=REPLACE
SELECT office, cost
FROM cost_by_office
ORDER BY cost DESC
LIMIT 1
