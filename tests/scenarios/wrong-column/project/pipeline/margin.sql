-- bauplan: materialization_strategy=REPLACE
SELECT
    category,
    SUM(l.price - l.cost) AS margin
FROM lines l
GROUP BY category
