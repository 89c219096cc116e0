"""Reading a project's models from its source, without running any of it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_guard.project import Project, read_project
from pipeline_guard.project import graph as project_graph


@pytest.fixture
def project(tmp_path: Path):
    def make(**files: str) -> Project:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return read_project(str(tmp_path))

    return make


SDK_03 = """
from typing import Annotated
import pyarrow as pa
import bauplan as bp
from bauplan import Float64, Model, TableField, TableSchema

class Base(TableSchema):
    id: bp.Int64

class Trips(Base):
    minutes: Annotated[Float64, TableField(name="trip minutes", doc="how long")]

@bp.model(materialization_strategy="APPEND", partitioned_by="day")
@bp.python("3.11", pip={"polars": "1.0"})
def totals(
    data: Annotated[pa.Table, Model("nyc.trips", projection_schema=Trips, filter="id > 1")],
    limit: Annotated[int, bp.Parameter("max_rows")],
) -> Annotated[pa.Table, Trips]:
    return data
"""

SDK_02 = """
import bauplan

COLUMNS = ["id", "minutes"]

@bauplan.model(name="totals", columns=["*"])
@bauplan.python("3.11")
def anything(data=bauplan.Model("trips", columns=COLUMNS), limit=bauplan.Parameter("max_rows")):
    return data
"""


def test_annotated_model_of_sdk_0_3_is_read(project) -> None:
    found = project(models_DOT_py=SDK_03)
    totals = found.models["totals"]
    assert found.problems == ()
    assert totals.inputs[0][:5] == ("data", "nyc.trips", ("id", "trip minutes"), "id > 1", "Trips")
    assert totals.materialization == "APPEND"
    assert totals.partitioned_by == ("day",)
    assert totals.arguments == {"limit": "max_rows"}
    assert (totals.python, totals.packages) == ("3.11", {"polars": "1.0"})
    assert [field.type for field in found.schemas[totals.output]] == ["Int64", "Float64"]


def test_default_value_model_of_sdk_0_2_is_read(project) -> None:
    totals = project(models_DOT_py=SDK_02).models["totals"]
    assert totals.function == "anything"
    assert totals.inputs[0].columns == ("id", "minutes")
    assert totals.columns is None, "a wildcard declares nothing"
    assert totals.arguments == {"limit": "max_rows"}


def test_a_quoted_or_named_annotation_is_followed(project) -> None:
    source = (
        "from typing import Annotated\nimport bauplan, pyarrow\n"
        "Trips = Annotated[pyarrow.Table, bauplan.Model('trips')]\n"
        "@bauplan.model()\ndef one(data: Trips): ...\n"
        "@bauplan.model()\ndef two(data: \"Annotated[pyarrow.Table, bauplan.Model('one')]\"): ...\n"
    )
    found = project(models_DOT_py=source)
    assert [model.inputs[0].table for model in found.models.values()] == ["trips", "one"]


def test_sql_model_takes_name_and_strategy_from_its_header(project) -> None:
    found = project(
        raw_DOT_sql="-- bauplan: name = clean\n-- bauplan: materialization_strategy=REPLACE\n"
        "WITH t AS (SELECT * FROM nyc.trips WHERE day = $day) SELECT * FROM t JOIN cities c ON 1=1"
    )
    clean = found.models["clean"]
    assert clean.materialization == "REPLACE"
    assert {read.table for read in clean.inputs} == {"nyc.trips", "cities"}


def test_sql_in_a_folder_counts_only_where_it_is_included(project) -> None:
    view = {"views__v_DOT_sql": "SELECT 1 AS one"}
    assert project(bauplan_project_DOT_yml="project:\n  id: x\n", **view).models == {}
    included = "project:\n  id: x\ninclude_paths:\n  - views/*.sql\n"
    assert set(project(bauplan_project_DOT_yml=included, **view).models) == {"v"}


DECORATED = "import bauplan\n@bauplan.model()\ndef a(x=bauplan.Model({})): ...\n"

BROKEN = {
    "a model that reads itself": ({"m_DOT_py": DECORATED.format("'a'")}, "Graph contains a cycle"),
    "one name twice": (
        {"m_DOT_py": DECORATED.format("'t'"), "a_DOT_sql": "SELECT 1 AS x"},
        "Duplicate definition of 'a' in ./m.py:3 and ./a.sql",
    ),
    "bad Python": ({"m_DOT_py": "def broken(:\n"}, "m.py:1: SyntaxError"),
    "no SELECT": ({"a_DOT_sql": "DROP TABLE t"}, "a SQL model is one SELECT"),
    "bad SQL": ({"a_DOT_sql": "SELECT FROM WHERE"}, "cannot parse the SQL of 'a'"),
    "nothing": ({"m_DOT_py": "x = 1\n"}, "no models found"),
    "a computed name": (
        {"m_DOT_py": DECORATED.format("os.getcwd()")},
        "m.py:3: `os.getcwd()` is not a literal",
    ),
    "no such strategy": (
        {
            "m_DOT_py": DECORATED.format("'t'").replace(
                "model()", "model(materialization_strategy='ADD')"
            )
        },
        "unknown materialization strategy 'ADD'",
    ),
    "a bare decorator": (
        {"m_DOT_py": DECORATED.format("'t'").replace("model()", "model")},
        "lacks",
    ),
}


@pytest.mark.parametrize(("files", "says"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_planned_is_a_problem_with_its_place(project, files, says) -> None:
    assert says in "; ".join(map(str, project(**files).problems))


def test_a_column_that_the_model_before_does_not_declare_is_a_problem(project) -> None:
    found = project(
        models_DOT_py="import bauplan\n"
        "@bauplan.model(columns=['id'])\ndef a(x=bauplan.Model('t')): ...\n"
        "@bauplan.model()\ndef b(x=bauplan.Model('a', columns=['id', 'fare'])): ...\n"
    )
    assert "model 'b' asks for column 'fare', which model 'a' does not have" in str(
        found.problems[0]
    )


def test_expectations_come_before_the_models_that_would_spread_bad_data(project) -> None:
    found = project(
        models_DOT_py="import bauplan\n"
        "@bauplan.model()\ndef a(x=bauplan.Model('t')): ...\n"
        "@bauplan.model()\ndef b(x=bauplan.Model('a')): ...\n"
        "@bauplan.expectation()\ndef z(x=bauplan.Model('a')): ...\n"
    )
    assert [model.name for model in project_graph.order(found, "bauplan")] == ["a", "z", "b"]
    assert {model.name for model in found.readers(found.models["a"])} == {"b", "z"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14))
def test_every_model_comes_after_what_it_reads_or_is_on_a_cycle(tmp_path_factory, edges) -> None:
    """For any graph: the order holds, and is complete exactly when there is no cycle."""
    folder = tmp_path_factory.mktemp("graph")
    reads: dict[int, set[int]] = {node: set() for node in range(8)}
    for child, parent in edges:
        reads[child].add(parent)
    (folder / "models.py").write_text(
        "import bauplan\n" + "".join(map(_source, reads, reads.values()))
    )
    found = read_project(str(folder))
    names = [model.name for model in project_graph.order(found, "bauplan")]
    for model in map(found.models.__getitem__, names):
        assert all(names.index(read.table) < names.index(model.name) for read in model.inputs)
    assert (len(names) == 8) == (not found.problems) == (not _has_cycle(reads))
    for problem in found.problems:
        told = [int(name[1:]) for name in problem.message.split("(")[1].strip(")").split(" -> ")]
        assert told[0] == told[-1]
        assert all(parent in reads[child] for parent, child in pairwise(told))


def _source(node: int, parents: set[int]) -> str:
    inputs = ", ".join(f"p{parent}=bauplan.Model('m{parent}')" for parent in parents)
    return f"@bauplan.model()\ndef m{node}({inputs}): ...\n"


def _has_cycle(reads: dict[int, set[int]]) -> bool:
    left = {node: set(parents) for node, parents in reads.items()}
    while free := [node for node, parents in left.items() if not parents & left.keys()]:
        for node in free:
            del left[node]
    return bool(left)
