-- bauplan: materialization_strategy=REPLACE
SELECT MIN(length) AS shortest, MAX(length) AS longest
FROM entries
