"""Tables without a row, as a failed delivery leaves them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from fake_bauplan.engine import Engine
from fake_bauplan.lakehouse import Lakehouse


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT x FROM empty ORDER BY x LIMIT 1", []),
        ("SELECT COUNT(*) AS n, MAX(x) AS most FROM empty", [{"n": 0, "most": None}]),
        ("SELECT x, COUNT(*) AS n FROM empty GROUP BY x ORDER BY n", []),
    ],
)
def test_the_empty_result_of_a_model_can_be_sorted_and_counted(
    lakehouse: Lakehouse, sql: str, rows: list[object]
) -> None:
    """As any other table: no row is an answer, not an error."""
    engine = Engine(lakehouse.catalog, lakehouse.store)
    table = pa.table({"x": pa.array([], pa.int64())})
    assert engine.query(sql, "main", extra={"empty": table}).to_pylist() == rows
