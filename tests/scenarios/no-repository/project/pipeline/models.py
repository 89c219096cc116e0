"""Check-ins of the gym."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def checkins(
    checkins: Annotated[pa.Table, bauplan.Model("gym.checkins")],
) -> pa.Table:
    """Who came when."""
    return checkins.select(["id", "member", "hour"])


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def evenings(
    checkins: Annotated[pa.Table, bauplan.Model("checkins")],
) -> pa.Table:
    """Who came after work."""
    import pyarrow.compute as pc

    return checkins.filter(pc.greater_equal(checkins["hour"], 17))
