"""What a piece costs."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def unit_prices(
    lots: Annotated[pa.Table, bauplan.Model("lots")],
) -> pa.Table:
    """The price of one piece of each lot."""
    import pyarrow.compute as pc

    price = pc.divide_checked(lots["paid"], lots["pieces"])
    return lots.append_column("unit_price", price)
