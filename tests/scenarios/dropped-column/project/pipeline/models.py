"""Net amounts of the shop's orders."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def order_lines(
    orders: Annotated[pa.Table, bauplan.Model("shop.orders")],
) -> pa.Table:
    """What each order brings, after its discount."""
    import pyarrow.compute as pc

    discount = orders["discount"]
    net = pc.subtract(orders["amount"], discount)
    return pa.table({"order_id": orders["order_id"], "customer_id": orders["customer_id"], "net": net})
