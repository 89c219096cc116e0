-- bauplan: materialization_strategy=REPLACE
SELECT t.id, t.currency, t.amount, r.rate
FROM fx.trades t
JOIN daily_rates r
    ON t.currency = r.currency
