"""The cache of results: the same code on the same data is not executed twice; anything else is."""

from __future__ import annotations

import pyarrow as pa
import pytest


@pytest.fixture
def files(text) -> dict[str, str]:
    """Two models and an expectation that print when they are executed."""
    body = "print(data.num_rows)\nreturn data"
    return {
        "models.py": text.HEAD
        + text.model("clean", body=body, options=text.REPLACE)
        + text.model("late", "total", body),
        "total.sql": "SELECT count(*) AS n FROM clean",
        "expectations.py": text.HEAD
        + text.expectation("test_it", "late", "print('checked')\nreturn True"),
    }


def test_the_same_run_again_only_checks_expectations(run, files, rows) -> None:
    assert run(files).printed() == ["4", "1", "checked"]
    again = run(files)
    assert again.printed() == ["checked"]
    assert set(again.tasks()) == {"clean", "total", "late", "test_it"}
    assert len(rows("clean")) == 4


def test_without_the_cache_everything_is_executed_again(run, files) -> None:
    run(files)
    assert run(files, cache=False).printed() == ["4", "1", "checked"]


def test_other_data_means_another_result(run, files, lakehouse) -> None:
    run(files)
    rows = {"id": [9], "City": ["Bonn"], "minutes": [1.0]}
    lakehouse.load_table("bauplan", "trips", pa.table(rows), branch="demo.dev")
    assert run(files).printed() == ["1", "1", "checked"]


@pytest.mark.parametrize("name", ["models.py", "total.sql", "helpers.py", "bauplan_project.yml"])
def test_other_code_means_another_result(run, files, name) -> None:
    run(files)
    changed = {**files, name: files.get(name, "") + ("\n" if name in files else "#\n")}
    if name == "bauplan_project.yml":
        changed[name] = "project:\n  id: other\n"
    assert run(changed).printed() == ["4", "1", "checked"]


def test_another_parameter_means_another_result(run, text) -> None:
    files = {
        "models.py": text.HEAD
        + text.model("some", body="print(data.num_rows)\nreturn data", extra=", filter='id > $x'")
    }
    said = [run(files, parameters={"x": value}).printed() for value in (1, 2, 1)]
    assert said == [["3"], ["2"], []]


def test_a_strict_run_checks_what_it_did_not_compute(run, text) -> None:
    """A result that only a run without --no-strict refuses is refused from the cache, too."""
    schema = "class Out(bauplan.TableSchema):\n    id: bauplan.String\n\n"
    source = text.model("typed", body="return data.select(['id'])").replace(
        "-> pa.Table", "-> Annotated[pa.Table, Out]"
    )
    files = {"models.py": text.HEAD + schema + source}
    assert run(files, strict=False).job.status == "COMPLETE"
    assert "declares String" in run(files).job.error


def test_a_snapshot_includes_the_cache(run, files, lakehouse) -> None:
    before = lakehouse.snapshot()
    first = run(files)
    lakehouse.restore(before)
    again = run(files)
    assert again.printed() == first.printed()
    assert again.job.id == first.job.id
