"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_orders_have_customers(
    data: Annotated[pa.Table, bauplan.Model("order_lines")],
) -> bool:
    """Revenue is counted by customer."""
    assert data["customer_id"].null_count == 0, "an order without a customer"
    return True
