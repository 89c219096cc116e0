-- bauplan: materialization_strategy=REPLACE
SELECT
    id,
    meter,
    litres
FROM water.meters
