"""The fidelity document is true: every command and method is run, and its calls are recorded."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import bauplan
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fake_bauplan import fidelity
from fake_bauplan.catalog.types import PutNamespace
from fake_bauplan.faults import Fault, Faults
from fake_bauplan.faults import Kind as FaultKind
from fake_bauplan.fidelity_calls import COMMANDS, METHODS, SOURCES
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import Server
from fake_bauplan.wire import rest
from fake_bauplan.wire.proto import commander_pb2

ROOT = Path(__file__).parents[2]
PROJECT = """\
project:
  id: 5b0c2f6e-7d0a-4c54-9c1e-3f6a2d1b8e70
  name: shop
parameters:
  limit:
    type: int
    default: 3
"""
ADVICE = "run `python -m fake_bauplan.fidelity > docs/fidelity.md`"


class Recorder(Faults):
    """Asked about faults at every call, it notes the call and lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def take(self, call: str, kind: FaultKind) -> Fault | None:
        """No fault, ever."""
        if (kind == "latency" or call == "DoGet") and not call.startswith("model:"):
            self.calls.append(named(call))
        return None


def named(call: str) -> str:
    """A call as the fidelity tables name it."""
    method, space, path = call.partition(" ")
    if not space:
        return f"Flight {call}" if call == "DoGet" else f"gRPC {call}"
    for known, pattern in [*rest.calls(), ("POST", "/iceberg/v1/{}/namespaces/{}/register")]:
        if known == method and re.fullmatch(pattern.replace("{}", "[^/]+"), path):
            return f"{method} {pattern}"
    return call


class Stage(NamedTuple):
    """What the calls are tried on: names that the words of a call may hold in braces."""

    names: dict[str, str]
    recorder: Recorder


@pytest.fixture
def lakehouse(lakehouse: Lakehouse) -> Lakehouse:
    """The lakehouse, noting the calls to it."""
    lakehouse.faults = Recorder()
    return lakehouse


@pytest.fixture
def stage(lakehouse_server: Server, tmp_path: Path) -> Stage:
    """A branch, a tag, a table, a finished job, a file to import, a plan and a project."""
    house: Lakehouse = lakehouse_server.lakehouse
    house.load_table("bauplan", "orders", pa.table({"x": [1]}))
    house.catalog.create_branch("demo.a", "main")
    house.catalog.create_tag("v1", "main")
    house.load_table("shop", "items", pa.table({"x": [1]}), "demo.a")
    house.load_table("bauplan", "orders", pa.table({"x": [3]}), "demo.a")
    empty = [PutNamespace("empty")]
    house.catalog.commit("demo.a", empty, message="empty", author=house.owner)
    pq.write_table(pa.table({"x": [2]}), tmp_path / "part.parquet")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "bauplan_project.yml").write_text(PROJECT)
    (tmp_path / "project" / "copied.sql").write_text("SELECT x FROM orders")
    client = bauplan.Client()
    files = f"file://{tmp_path}/*.parquet"
    plan = client.plan_table_creation("planned", files, branch="demo.a").plan
    (tmp_path / "plan.yml").write_text(str(plan))
    client.query("SELECT 1", ref="main")
    names = {
        "tmp": str(tmp_path),
        "files": files,
        "plan": str(plan),
        "job": next(iter(client.get_jobs())).id,
    }
    assert isinstance(house.faults, Recorder)
    house.faults.calls.clear()
    return Stage(names, house.faults)


PROJECT_DIR = ("--project-dir", "{tmp}/project")
WORDS: dict[str, tuple[str, ...]] = {
    "run": (*PROJECT_DIR, "--ref", "demo.a"),
    "branch create": ("demo.new",),
    "branch rm": ("demo.a",),
    "branch get": ("main",),
    "branch checkout": ("demo.a",),
    "branch diff": ("demo.a",),
    "branch merge": ("demo.a",),
    "branch rename": ("demo.a", "demo.b"),
    "tag create": ("v2",),
    "tag rm": ("v1",),
    "tag rename": ("v1", "v2"),
    "namespace create": ("new", "-b", "demo.a"),
    "namespace rm": ("empty", "-b", "demo.a"),
    "table get": ("orders",),
    "table rm": ("shop.items", "-b", "demo.a"),
    "table create": ("new", "-b", "demo.a", "--search-uri", "{files}"),
    "table create-plan": ("new", "-b", "demo.a", "--search-uri", "{files}"),
    "table create-plan-apply": ("--plan", "{tmp}/plan.yml"),
    "table create-external": ("new", "-b", "demo.a", "--search-pattern", "{files}"),
    "table import": ("orders", "-b", "demo.a", "--search-uri", "{files}"),
    "table revert": ("orders", "-s", "main", "-i", "demo.a", "--replace"),
    "query": ("SELECT 1",),
    "parameter ls": PROJECT_DIR,
    "parameter rm": (*PROJECT_DIR, "limit"),
    "parameter set": (*PROJECT_DIR, "limit", "3"),
    "config set": ("api_key", "bpln_x"),
    "job get": ("{job}",),
    "job logs": ("{job}",),
    "job stop": ("{job}",),
    "checkout": ("demo.a",),
    "init": ("{tmp}/new",),
}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_makes_the_calls_that_the_document_says(
    stage: Stage, bauplan: Callable[..., Any], command: str
) -> None:
    words = [word.format(**stage.names) for word in WORDS.get(command, ())]
    said = bauplan(*command.split(), *words)
    assert set(stage.recorder.calls) == set(COMMANDS[command]), said.err
    assert said.code == (command == "job stop"), said.err


ON_A = {"branch": "demo.a"}
ARGUMENTS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "apply_table_creation_plan": (("{plan}",), {}),
    "cancel_job": (("{job}",), {}),
    "create_branch": (("demo.new", "main"), {}),
    "create_external_table_from_metadata": (("new", "s3://a/b.json"), {**ON_A, "namespace": "n"}),
    "create_external_table_from_parquet": (("new", ["{files}"]), ON_A),
    "create_namespace": (("new",), ON_A),
    "create_table": (("new", "{files}"), ON_A),
    "create_tag": (("v2", "main"), {}),
    "delete_branch": (("demo.a",), {}),
    "delete_namespace": (("empty",), ON_A),
    "delete_table": (("shop.items",), ON_A),
    "delete_tag": (("v1",), {}),
    "get_branch": (("main",), {}),
    "get_commits": (("main",), {}),
    "get_job": (("{job}",), {}),
    "get_job_context": (("{job}",), {}),
    "get_job_contexts": ((["{job}"],), {}),
    "get_job_logs": (("{job}",), {}),
    "get_namespace": (("bauplan", "main"), {}),
    "get_namespaces": (("main",), {}),
    "get_table": (("orders",), {"ref": "main"}),
    "get_tables": (("main",), {}),
    "get_tag": (("v1",), {}),
    "has_branch": (("main",), {}),
    "has_namespace": (("bauplan", "main"), {}),
    "has_table": (("orders",), {"ref": "main"}),
    "has_tag": (("v1",), {}),
    "import_data": (("orders", "{files}"), ON_A),
    "merge_branch": (("demo.a", "main"), {}),
    "plan_table_creation": (("new", "{files}"), ON_A),
    "query": (("SELECT 1",), {"ref": "main"}),
    "query_to_csv_file": (("{tmp}/out.csv", "SELECT 1"), {"ref": "main"}),
    "query_to_generator": (("SELECT 1",), {"ref": "main"}),
    "query_to_json_file": (("{tmp}/out.json", "SELECT 1"), {"ref": "main"}),
    "query_to_parquet_file": (("{tmp}/out.parquet", "SELECT 1"), {"ref": "main"}),
    "rename_branch": (("demo.a", "demo.b"), {}),
    "rename_tag": (("v1", "v2"), {}),
    "revert_table": (
        ("orders",),
        {"source_ref": "main", "into_branch": "demo.a", "replace": True},
    ),
    "run": (("{tmp}/project",), {"ref": "demo.a"}),
    "scan": (("orders",), {"ref": "main"}),
}


# A job that is over cannot be cancelled; Iceberg metadata is not implemented.
REFUSED = ("cancel_job", "create_external_table_from_metadata")


def filled(value: Any, names: dict[str, str]) -> Any:
    """A value with the names in braces replaced."""
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    return re.sub(r"{(\w+)}", lambda found: names[found[1]], value)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_method_makes_the_calls_that_the_document_says(stage: Stage, method: str) -> None:
    positional, named_ones = ARGUMENTS.get(method, ((), {}))
    words = [filled(value, stage.names) for value in positional]
    refused = pytest.raises(bauplan.exceptions.BauplanError)
    with refused if method in REFUSED else contextlib.nullcontext():
        result = getattr(bauplan.Client(), method)(*words, **named_ones)
        if isinstance(result, Iterator):
            list(result)
    assert set(stage.recorder.calls) == set(METHODS[method])


def test_the_tables_name_every_command_method_and_call() -> None:
    commands = json.loads((ROOT / "schemas" / "cli" / "bauplan-0.3.5.json").read_text())["commands"]
    leaves = {
        name
        for name in commands
        if name and not any(other.startswith(f"{name} ") for other in commands)
    }
    assert set(COMMANDS) == leaves
    assert set(METHODS) == {name for name in dir(bauplan.Client) if not name.startswith("_")}
    grpc = commander_pb2.DESCRIPTOR.services_by_name["V2CommanderService"].methods_by_name
    assert set(SOURCES) >= fidelity.implemented() | {f"gRPC {name}" for name in grpc}
    made = {call for calls in [*COMMANDS.values(), *METHODS.values()] for call in calls}
    assert set(SOURCES) >= made


def test_the_document_is_the_one_that_the_code_gives() -> None:
    assert (ROOT / "docs" / "fidelity.md").read_text() == fidelity.document(), ADVICE
