-- bauplan: materialization_strategy=REPLACE
SELECT
    id,
    office,
    salary
FROM hr.staff
