"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa
from bauplan.standard_expectations import expect_column_all_unique, expect_column_no_nulls


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_every_departure_has_a_carrier(
    data: Annotated[pa.Table, bauplan.Model("departures")],
) -> bool:
    """The airline is the key of every later table."""
    assert expect_column_no_nulls(data, "carrier"), "a departure without a carrier"
    return True


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_one_row_per_carrier(
    data: Annotated[pa.Table, bauplan.Model("carrier_scorecard")],
) -> bool:
    """The scorecard ranks each airline once."""
    assert expect_column_all_unique(data, "carrier"), "an airline is ranked twice"
    return True
