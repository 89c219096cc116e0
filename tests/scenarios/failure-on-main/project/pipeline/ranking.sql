-- bauplan: materialization_strategy=REPLACE
SELECT id, email, log_score
FROM log_scores
ORDER BY log_score DESC
LIMIT 25
