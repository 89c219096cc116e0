-- bauplan: materialization_strategy=REPLACE
SELECT id, state, amount
FROM shop.payments
