"""Leaks in the water pipes."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def leaks(
    readings: Annotated[pa.Table, bauplan.Model("readings")],
) -> pa.Table:
    """Readings that are much too high."""
    import pyarrow.compute as pc

    return readings.filter(pc.greater(readings["litres"], 10.0))
