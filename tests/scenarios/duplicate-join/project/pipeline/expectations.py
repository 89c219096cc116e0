"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_revenue_is_positive(
    data: Annotated[pa.Table, bauplan.Model("revenue")],
) -> bool:
    """Nobody pays less than nothing."""
    import pyarrow.compute as pc

    assert pc.min(data["revenue"]).as_py() > 0, "a product without revenue"
    return True
