-- bauplan: materialization_strategy=REPLACE
SELECT
    d.origin,
    d.month,
    COUNT(*) AS departures
FROM departures d
JOIN rough_weather w
    ON d.origin = w.origin
    AND d.year = w.year
    AND d.month = w.month
    AND d.day = w.day
    AND d.hour = w.hour
GROUP BY d.origin, d.month
