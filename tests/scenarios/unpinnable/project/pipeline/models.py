"""How fast the buses are."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def speeds(
    trips: Annotated[pa.Table, bauplan.Model("trips")],
) -> pa.Table:
    """Kilometres in a minute."""
    import pyarrow.compute as pc

    return trips.append_column("speed", pc.divide_checked(trips["km"], trips["minutes"]))
