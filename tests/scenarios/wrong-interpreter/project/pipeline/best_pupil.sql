-- bauplan: materialization_strategy=REPLACE
SELECT pupil, mean
FROM means
ORDER BY mean
LIMIT 1
