"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.expectation()
@bauplan.python("{{python}}")
def test_every_ticket_has_an_id(
    data: Annotated[pa.Table, bauplan.Model("tickets")],
) -> bool:
    """Answers go to an id."""
    assert data["id"].null_count == 0, "a ticket without an id"
    return True
