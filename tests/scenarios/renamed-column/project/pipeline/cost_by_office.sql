-- bauplan: materialization_strategy=REPLACE
SELECT office, SUM(salary) AS cost, COUNT(*) AS people
FROM payroll
GROUP BY office
