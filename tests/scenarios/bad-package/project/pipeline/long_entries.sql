-- bauplan: materialization_strategy=REPLACE
SELECT id, text
FROM entries
WHERE length > 18
