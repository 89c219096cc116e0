"""Departure delays of New York flights: from the raw tables to a scorecard of airlines."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def departures(
    flights: Annotated[pa.Table, bauplan.Model("nyc.flights", filter="dep_time IS NOT NULL")],
) -> pa.Table:
    """Every flight that left, with the columns that the later models use."""
    return flights.select(
        ["year", "month", "day", "hour", "carrier", "flight", "tailnum", "origin", "dest", "dep_delay"]
    )


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def delays_by_carrier(
    flights: Annotated[pa.Table, bauplan.Model("carrier_departures")],
) -> pa.Table:
    """Mean and worst departure delay, in minutes, and how many flights were late."""
    import pyarrow.compute as pc

    late = pc.cast(pc.greater(pc.fill_null(flights["dep_delay"], 0.0), 15.0), pa.int64())
    grouped = flights.append_column("late", late).group_by(["carrier", "airline", "month"])
    return grouped.aggregate([("dep_delay", "mean"), ("dep_delay", "max"), ("late", "sum"), ("late", "count")])


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def carrier_scorecard(
    delays: Annotated[pa.Table, bauplan.Model("delays_by_carrier")],
) -> pa.Table:
    """One row per airline over the year, the most punctual first."""
    import pyarrow.compute as pc

    year = delays.group_by(["carrier", "airline"]).aggregate([("late_sum", "sum"), ("late_count", "sum")])
    flights = year["late_count_sum"]
    share = pc.divide(pc.cast(year["late_sum_sum"], pa.float64()), pc.cast(flights, pa.float64()))
    scorecard = pa.table(
        {"carrier": year["carrier"], "airline": year["airline"], "flights": flights, "late_share": share}
    )
    return scorecard.sort_by("late_share")
