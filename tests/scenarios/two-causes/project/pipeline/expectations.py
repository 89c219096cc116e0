"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_leaks_have_a_meter(
    data: Annotated[pa.Table, bauplan.Model("by_meter")],
) -> bool:
    """Somebody must go there."""
    assert data["meter"].null_count == 0, "a leak at no meter"
    return True
