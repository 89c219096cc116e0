"""Lines of the shop."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def lines(
    lines: Annotated[pa.Table, bauplan.Model("shop.lines")],
) -> pa.Table:
    """Every line that was sold at a price."""
    import pyarrow.compute as pc

    return lines.filter(pc.greater(lines["price"], 0.0))
