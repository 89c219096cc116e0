-- bauplan: materialization_strategy=REPLACE
SELECT product, SUM(revenue) AS revenue
FROM priced_sales
GROUP BY product
