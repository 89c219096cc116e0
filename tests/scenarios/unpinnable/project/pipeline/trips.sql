-- bauplan: materialization_strategy=REPLACE
SELECT id, line, minutes, km
FROM bus.trips
