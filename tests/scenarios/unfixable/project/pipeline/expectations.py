"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_invoices_arrived(
    data: Annotated[pa.Table, bauplan.Model("invoices")],
) -> bool:
    """A day without invoices is a failed delivery."""
    assert len(data) > 0, "no invoice arrived"
    return True
