-- bauplan: materialization_strategy=REPLACE
SELECT
    origin,
    year,
    month,
    day,
    hour,
    wind_speed,
    precip,
    visib
FROM nyc.weather
WHERE wind_speed > 25 OR precip > 0.1 OR visib < 2
