"""Marks of the school."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def marks(
    marks: Annotated[pa.Table, bauplan.Model("school.marks")],
) -> pa.Table:
    """Marks that count."""
    import pyarrow.compute as pc

    return marks.filter(pc.less_equal(marks["mark"], 6))
