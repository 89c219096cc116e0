"""Texts of the guests' book."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def entries(
    entries: Annotated[pa.Table, bauplan.Model("inn.entries")],
) -> pa.Table:
    """Entries with their length."""
    import pyarrow.compute as pc

    return entries.append_column("length", pc.utf8_length(entries["text"]))
