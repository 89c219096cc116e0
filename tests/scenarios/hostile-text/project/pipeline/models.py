"""The desk's queue."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def tickets(
    tickets: Annotated[pa.Table, bauplan.Model("desk.tickets")],
) -> pa.Table:
    """All tickets; long ones are shown in the logs."""
    import pyarrow.compute as pc

    for text in tickets.filter(pc.greater(pc.utf8_length(tickets["body"]), 100))["body"].to_pylist():
        print(text)
    return tickets


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def ranked(
    tickets: Annotated[pa.Table, bauplan.Model("tickets")],
) -> pa.Table:
    """Tickets with their priority as a number."""
    import pyarrow.compute as pc

    return tickets.append_column("rank", pc.cast(tickets["priority"], pa.int64()))
