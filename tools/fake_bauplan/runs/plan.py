"""From a code snapshot to a plan: everything that can be known to be wrong before anything runs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import yaml

from fake_bauplan.catalog.types import DEFAULT_NAMESPACE
from fake_bauplan.engine import Engine, SqlError, quoted
from fake_bauplan.errors import PlatformError
from fake_bauplan.refs import MAIN, Ref
from fake_bauplan.runs.runner import NoInterpreter, interpreter
from pipeline_guard.project import Input, Model, Problem, Project, project_file, read_project
from pipeline_guard.project import graph as project_graph

MAX_SNAPSHOT_BYTES = 64 << 20


class RunRequest(NamedTuple):
    """What a client asks for; `arguments` are the free `--arg` pairs.

    Without a `namespace` it is the project's default one, see `with_namespace`.
    """

    zip_file: bytes
    ref: str = MAIN
    namespace: str = ""
    dry_run: bool = False
    transaction: bool = True
    strict: bool = True
    cache: bool = True
    preview: str = "off"
    project_id: str = ""
    project_name: str = ""
    parameters: Mapping[str, object] = {}
    arguments: Mapping[str, str] = {}
    legacy: bool = False


class Plan(NamedTuple):
    """A project that can run: models in order, on which state, with which interpreters."""

    project: Project
    order: tuple[Model, ...]
    source: Ref
    programs: Mapping[str, str]


class PlanningError(Exception):
    """A project that cannot run; nothing of it was started."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def unpack(content: bytes, folder: Path) -> None:
    """Write a snapshot's files into `folder`; raises PlanningError for a bad or hostile archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_SNAPSHOT_BYTES:
                raise PlanningError([Problem("the code snapshot is too large")])
            archive.extractall(folder)
    except zipfile.BadZipFile as error:
        raise PlanningError([Problem(f"the code snapshot is no zip file: {error}")]) from error


class Defaults(NamedTuple):
    """What the project file says for all models."""

    namespace: str = DEFAULT_NAMESPACE
    python: str = ""


def defaults(folder: Path) -> Defaults:
    """`defaults` of the project file; raises PlanningError where it is missing or no YAML."""
    path = project_file(str(folder))
    if not path:
        raise PlanningError([Problem("no bauplan_project.yml in the code snapshot")])
    try:
        found: Any = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        said = (found or {}).get("defaults") or {}
        version = (said.get("python") or {}).get("version") or ""
        return Defaults(said.get("namespace") or DEFAULT_NAMESPACE, str(version))
    except (yaml.YAMLError, AttributeError) as error:
        raise PlanningError([Problem(f"cannot read {Path(path).name}: {error}")]) from error


def make_plan(folder: Path, request: RunRequest, source: Ref, engine: Engine) -> Plan:
    """Read the project in `folder` and check it against the lake at `source`.

    Raises PlanningError with every problem that was found.
    """
    project = read_project(str(folder), request.namespace)
    problems = list(project.problems)
    if not problems:
        problems += _Checks(project, request, source, engine).problems()
    programs, unknown = _programs(project, defaults(folder).python)
    problems += unknown
    if problems:
        raise PlanningError(problems)
    order = tuple(project_graph.order(project, request.namespace))
    return Plan(project, order, source, programs)


def _programs(project: Project, default: str) -> tuple[dict[str, str], list[Problem]]:
    """The interpreter of each Python model; problems for versions that are not here."""
    programs, problems = {}, []
    for model in project.models.values():
        if model.kind == "sql":
            continue
        try:
            programs[model.name] = interpreter(model.python or default)
        except NoInterpreter as error:
            text = f"model '{model.name}': {error}"
            problems.append(Problem(text, model.file, model.line, model.name))
    return programs, problems


class _Checks:
    """The checks that need the lake: tables, columns, filters, SQL, parameters, namespace."""

    def __init__(self, project: Project, request: RunRequest, source: Ref, engine: Engine) -> None:
        self._project = project
        self._request = request
        self._ref = str(source)
        self._engine = engine
        self._known: dict[str, pa.Table] = {}

    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the order of the plan."""
        found = list(self._namespace())
        for model in project_graph.order(self._project, self._request.namespace):
            found += self._parameters(model)
            for read in model.inputs:
                found += self._input(model, read)
            if model.kind == "sql" and not found:
                found += self._sql(model)
        return found

    def _namespace(self) -> Iterator[Problem]:
        wanted = self._request.namespace
        if wanted not in self._engine.catalog.namespaces(self._ref):
            yield Problem(f"namespace '{wanted}' not found in {self._ref}")

    def _parameters(self, model: Model) -> Iterator[Problem]:
        for name in model.arguments.values():
            if name not in self._request.parameters:
                text = f"model '{model.name}' takes the parameter '{name}', which has no value"
                yield Problem(text, model.file, model.line, model.name)

    def _input(self, model: Model, read: Input) -> Iterator[Problem]:
        for name in read.more:
            text = f"the option '{name}' of bauplan.Model is not implemented by the fake lakehouse"
            yield Problem(text, model.file, read.line, model.name)
        if self._project.producer(read.table, self._request.namespace):
            return
        full_name = read.table if "." in read.table else f"{self._request.namespace}.{read.table}"
        try:
            table = self._engine.catalog.table(self._ref, full_name)
        except PlatformError:
            text = (
                f"model '{model.name}' reads '{read.table}', which is neither a model of the "
                f"project nor a table: '{full_name}' not found in {self._ref}"
            )
            yield Problem(text, model.file, read.line or model.line, model.name)
            return
        wrong = list(project_graph.missing_columns(model, read, table.schema.names, full_name))
        yield from wrong
        if not wrong:
            yield from self._filter(model, read)

    def _filter(self, model: Model, read: Input) -> Iterator[Problem]:
        try:
            self._engine.prepare(select(read), self._ref, self._request.namespace)
        except SqlError as error:
            text = f"model '{model.name}' reads '{read.table}' with a bad filter: {error}"
            yield Problem(text, model.file, read.line or model.line, model.name)

    def _sql(self, model: Model) -> Iterator[Problem]:
        """Plan a SQL model whose inputs are all known; what a Python model returns is not."""
        parents = project_graph.parents(self._project, model, self._request.namespace)
        if any(parent.name not in self._known for parent in parents):
            return
        try:
            frame = self._engine.prepare(
                model.sql, self._ref, self._request.namespace, self._known, views=False
            )
            self._known[model.name] = frame.schema().empty_table()
        except SqlError as error:
            text = f"model '{model.name}' cannot be planned: {error}"
            yield Problem(text, model.file, model.line, model.name)


def select(read: Input) -> str:
    """The SQL that reads one input: only its columns, only its rows."""
    columns = "*" if read.columns is None else ", ".join(f'"{name}"' for name in read.columns)
    where = f" WHERE {read.filter}" if read.filter else ""
    return f"SELECT {columns} FROM {quoted(read.table)}{where}"
