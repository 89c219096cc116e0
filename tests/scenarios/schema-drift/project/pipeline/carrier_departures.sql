-- bauplan: materialization_strategy=REPLACE
SELECT
    d.year,
    d.month,
    d.day,
    d.hour,
    d.carrier,
    a.name AS airline,
    d.origin,
    d.dest,
    d.dep_delay
FROM departures d
JOIN nyc.airlines a ON d.carrier = a.carrier
