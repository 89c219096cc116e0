"""Leads by score."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def log_scores(
    leads: Annotated[pa.Table, bauplan.Model("leads")],
) -> pa.Table:
    """Scores on a logarithmic scale."""
    import pyarrow.compute as pc

    return leads.append_column("log_score", pc.ln_checked(leads["score"]))
