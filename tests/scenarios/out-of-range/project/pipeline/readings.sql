-- bauplan: materialization_strategy=REPLACE
SELECT id, station, celsius
FROM met.readings
