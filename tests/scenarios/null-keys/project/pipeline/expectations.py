"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_time_belongs_to_a_customer(
    data: Annotated[pa.Table, bauplan.Model("time_by_customer")],
) -> bool:
    """Time without a customer cannot be billed."""
    assert data["customer_id"].null_count == 0, "time without a customer"
    return True
