"""What the fake lakehouse costs: its start, a query, a run, and the catalog as it grows."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import datafusion
import pyarrow as pa
import pyarrow.compute as pc

from fake_bauplan import nyc
from fake_bauplan.catalog import Catalog
from fake_bauplan.catalog.types import PutTable
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import serve
from tests.bench.rows import Row, side_by_side

PROGRAMS = Path(sys.executable).parent
SQL = "SELECT carrier, avg(dep_delay) AS late FROM {table} GROUP BY carrier"
FEW, MANY = 10, 10_000
FLAT = 3.0
ROUNDS = 15
MODELS = 5
PROJECT = "project:\n  id: 5b0c2f6e-7d0a-4c54-9c1e-3f6a2d1b8e70\n  name: bench\n"
MODEL = """
@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{version}")
def step{number}(data=bauplan.Model("{source}")):
    return data.filter(pc.greater(data["dep_delay"], {number}))
"""


def measure() -> list[Row]:
    """All of it, on NYC flights 2013."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        return [*_start(folder), *_queries_and_runs(folder), *_growth(folder)]


def _start(folder: Path) -> list[Row]:
    _first_answer(folder)
    taken = statistics.median(_first_answer(folder) for _ in range(5))
    return [Row("serve, until `bauplan info` has its answer (promised: 2 s)", taken)]


def _first_answer(folder: Path) -> float:
    started = time.perf_counter()
    words = [str(PROGRAMS / "self-heal"), "lakehouse", "serve", "--data", str(folder / "start")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(2)]
        pairs = [line.removeprefix("export ").strip().split("=", 1) for line in lines]
        _program(folder, dict(pairs), "info")
        seconds = time.perf_counter() - started
        process.terminate()
    return seconds


def _program(folder: Path, environment: dict[str, str], *words: str) -> None:
    whole = {**os.environ, "HOME": str(folder), **environment}
    subprocess.run([PROGRAMS / "bauplan", *words], env=whole, capture_output=True, check=True)


def _queries_and_runs(folder: Path) -> list[Row]:
    with Lakehouse(folder / "data") as house, serve(house) as server:
        nyc.load(house)
        house.catalog.create_branch("demo.bench", "main")
        where = {"BAUPLAN_API_ENDPOINT": server.endpoint, "BAUPLAN_API_KEY": house.key}
        project = _project(folder / "project")

        def program(*words: str) -> Callable[[], None]:
            return lambda: _program(folder, where, *words)

        flights = house.catalog.table("main", "nyc.flights")
        paths = [house.store.path(file.digest) for file in flights.files]
        run = ("run", "--project-dir", str(project), "--ref", "demo.bench", "--no-cache")
        found = side_by_side(
            ROUNDS,
            query=program("query", SQL.format(table="nyc.flights")),
            plain=lambda: _plain(paths),
            version=program("--version"),
        )
        runs = side_by_side(
            3,
            run=program(*run),
            direct=lambda: _direct(house.store.read(flights.files, flights.schema)),
        )
    return [
        Row("bauplan --version", found["version"]),
        Row("the same SQL in DataFusion, in process", found["plain"]),
        _ratio("bauplan query, 336,776 rows", found["query"], "--version", found["version"]),
        _ratio("bauplan query, 336,776 rows", found["query"], "DataFusion", found["plain"]),
        Row("five functions called directly", runs["direct"]),
        _ratio("bauplan run, the same five models", runs["run"], "directly", runs["direct"]),
    ]


def _plain(paths: list[Path]) -> None:
    context = datafusion.SessionContext()
    context.register_parquet("flights", str(paths[0]))
    context.sql(SQL.format(table="flights")).to_arrow_table()


def _project(folder: Path) -> Path:
    folder.mkdir()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    sources = ["nyc.flights", *(f"step{number}" for number in range(MODELS))]
    models = [
        MODEL.format(version=version, number=number, source=sources[number])
        for number in range(MODELS)
    ]
    (folder / "bauplan_project.yml").write_text(PROJECT)
    head = "import bauplan\nimport pyarrow.compute as pc\n"
    (folder / "models.py").write_text(head + "".join(models))
    return folder


def _direct(data: pa.Table) -> pa.Table:
    for number in range(MODELS):
        data = data.filter(pc.greater(data["dep_delay"], number))
    return data


def _growth(folder: Path) -> list[Row]:
    with Lakehouse(folder / "growth") as house:
        _grow(house, range(FEW))
        few = _catalog_costs(house)
        _grow(house, range(FEW, MANY))
        many = _catalog_costs(house)
    return [
        _ratio(
            f"{name}, at {MANY:,} commits and branches", many[name], f"at {FEW}", few[name], FLAT
        )
        for name in few
    ]


def _grow(house: Lakehouse, numbers: range) -> None:
    for number in numbers:
        _commit(house)
        house.catalog.create_branch(f"demo.b{number}", "main")


def _commit(house: Lakehouse) -> None:
    put = PutTable("bauplan", "t", pa.schema([("x", pa.int64())]), [])
    house.catalog.commit("main", [put], message="bench", author=house.owner)


def _catalog_costs(house: Lakehouse) -> dict[str, float]:
    catalog: Catalog = house.catalog
    return {
        "a commit": _cost(lambda: _commit(house)),
        "ten commits of a history": _cost(lambda: catalog.commits("main", limit=10)),
        "ten branches": _cost(lambda: catalog.names("BRANCH", limit=10)),
    }


def _cost(thing: Callable[[], object]) -> float:
    return side_by_side(200, thing=thing)["thing"]


def _ratio(name: str, seconds: float, against: str, base: float, bound: float | None = None) -> Row:
    return Row(name, seconds, against, seconds / base, bound)
