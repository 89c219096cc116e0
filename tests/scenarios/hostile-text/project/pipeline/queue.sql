-- bauplan: materialization_strategy=REPLACE
SELECT id, rank
FROM ranked
ORDER BY rank DESC, id
LIMIT 30
