-- bauplan: materialization_strategy=REPLACE
SELECT s.sale_id, s.product, s.quantity * p.price AS revenue
FROM shop.sales s
JOIN shop.prices p
    ON s.product = p.product
