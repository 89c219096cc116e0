"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa
from bauplan.standard_expectations import expect_column_accepted_values


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_amounts_are_known(
    data: Annotated[pa.Table, bauplan.Model("payments")],
) -> bool:
    """Each payment has its amount."""
    assert data["amount"].null_count == 0, "a payment without an amount"
    return True


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_states_are_known(
    data: Annotated[pa.Table, bauplan.Model("payments")],
) -> bool:
    """Only these states are counted."""
    assert expect_column_accepted_values(data, "state", ["open", "paid"]), "an unknown state"
    return True
