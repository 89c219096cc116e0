"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa
from bauplan.standard_expectations import expect_column_mean_smaller_than


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_means_are_plausible(
    data: Annotated[pa.Table, bauplan.Model("station_means")],
) -> bool:
    """No place on earth is that warm."""
    assert expect_column_mean_smaller_than(data, "mean_celsius", 45.0), "a mean above 45 degrees"
    return True
