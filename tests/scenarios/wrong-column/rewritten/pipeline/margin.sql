-- bauplan: materialization_strategy=REPLACE
SELECT
    category,
    SUM(l.price - l.unit_cost) AS margin
FROM lines l
GROUP BY category
