-- bauplan: materialization_strategy=REPLACE
SELECT pupil, AVG(mark) AS mean
FROM marks
GROUP BY pupil
