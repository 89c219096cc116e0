-- bauplan: materialization_strategy=REPLACE
SELECT id, weekday, people
FROM zoo.visitors
