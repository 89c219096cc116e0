"""A pipeline project read from its source: its models, what each reads, and what cannot be planned.

The decorators of the SDK keep no metadata, so what a model reads and writes has to be read from
the text, as the platform does. Nothing of the project is imported or run. The guard asks which
tables a failing model reads; the lakehouse's planner asks for everything.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

PROJECT_FILES = ("bauplan_project.yml", "bauplan_project.yaml")
DEFAULT_NAMESPACE = "bauplan"


class Input(NamedTuple):
    """One table that a model reads.

    `columns` is None where the whole table is asked for; `schema` names the `TableSchema` class
    that the columns come from (SDK 0.3). `parameter` is the function's parameter, empty in SQL.
    `more` are further options that were given, such as `ref` or `connector` (SDK 0.1 and 0.2).
    """

    parameter: str
    table: str
    columns: tuple[str, ...] | None = None
    filter: str = ""
    schema: str = ""
    line: int = 0
    more: tuple[str, ...] = ()


class Field(NamedTuple):
    """One column of a declared schema; `type` is the SDK's name of it, such as `Float64`."""

    name: str
    type: str


class Model(NamedTuple):
    """A node of the pipeline.

    `kind` is `python`, `sql` or `expectation`; `file` is relative to the project folder.
    `arguments` maps the function's parameters to the project parameters they take.
    `columns` are the declared output columns (None: not declared); `output` the declared schema.
    """

    name: str
    kind: str
    file: str
    line: int
    inputs: tuple[Input, ...] = ()
    function: str = ""
    arguments: Mapping[str, str] = {}
    materialization: str = "NONE"
    columns: tuple[str, ...] | None = None
    output: str = ""
    partitioned_by: tuple[str, ...] = ()
    overwrite_filter: str = ""
    python: str = ""
    packages: Mapping[str, str] = {}
    sql: str = ""


class Problem(NamedTuple):
    """Why the project cannot be planned, and where; `model` is empty where none can be named."""

    message: str
    file: str = ""
    line: int = 0
    model: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.file and self.line else ""
        return f"{where}{self.message}"


class Project(NamedTuple):
    """All that the source says; `problems` is empty for a project that can be planned."""

    folder: str
    models: Mapping[str, Model]
    schemas: Mapping[str, tuple[Field, ...]] = {}
    problems: tuple[Problem, ...] = ()

    def producer(self, table: str, namespace: str = DEFAULT_NAMESPACE) -> Model | None:
        """The model that makes `table`, or None where the table comes from the lake."""
        found = self.models.get(table)
        if found is None and table.startswith(namespace + "."):
            found = self.models.get(table[len(namespace) + 1 :])
        if found is None and "." not in table:
            found = self.models.get(f"{namespace}.{table}")
        return found if found is not None and found.kind != "expectation" else None

    def readers(self, model: Model, namespace: str = DEFAULT_NAMESPACE) -> tuple[Model, ...]:
        """The models and expectations that read what `model` makes."""
        return tuple(
            other
            for other in self.models.values()
            if any(self.producer(read.table, namespace) == model for read in other.inputs)
        )


def project_file(folder: str) -> str:
    """The project file of `folder`, or an empty string; `.yml` wins where there are both."""
    for name in PROJECT_FILES:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    return ""


def read_project(folder: str, namespace: str = DEFAULT_NAMESPACE) -> Project:
    """Read every model and expectation of the project in `folder`.

    What is wrong with the source is returned as `problems`, never raised: the guard has to
    judge broken projects. SQL files are parsed with sqlglot, loaded only when there are any.
    """
    from pipeline_guard.project import graph as project_graph
    from pipeline_guard.project import python as project_python

    source = project_python.read_folder(folder)
    models, problems = list(source.models), list(source.problems)
    sql_files = _sql_files(folder)
    if sql_files:
        from pipeline_guard.project import sql as project_sql

        read = [project_sql.read_file(folder, name) for name in sql_files]
        models += [item for item in read if isinstance(item, Model)]
        problems += [item for item in read if isinstance(item, Problem)]
    unique, duplicates = project_graph.unique(models)
    project = Project(folder, unique, source.schemas)
    problems += [*duplicates, *project_graph.check(project, namespace)]
    return project._replace(problems=tuple(problems))


def _sql_files(folder: str) -> list[str]:
    """The SQL files of a project: those in its root, and those its project file includes.

    A snapshot that was uploaded already holds only what is included, so every SQL file in a
    folder below counts where the project file has `include_paths`.
    """
    names = [name for name in _listed(folder) if name.endswith(".sql")]
    for pattern in _include_paths(folder):
        names += [name for name in _below(folder) if _matches(name, pattern)]
    return sorted(dict.fromkeys(names))


def _listed(folder: str) -> list[str]:
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def _below(folder: str) -> list[str]:
    found = []
    for root, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(root, name), folder) for name in names]
    return found


def _matches(name: str, pattern: str) -> bool:
    """Whether a glob matches, a `*` never crossing a folder."""
    import fnmatch

    parts, wanted = name.split("/"), pattern.removeprefix("./").split("/")
    return len(parts) == len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted))


def _include_paths(folder: str) -> list[str]:
    """`include_paths` of the project file, read by line: yaml is too slow for the guard."""
    path = project_file(folder)
    if not path:
        return []
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    found, inside = [], False
    for line in lines:
        entry = line.strip()
        if entry.startswith("include_paths:"):
            inside = True
        elif inside and entry.startswith("- "):
            found.append(entry[2:].strip().strip("'\""))
        elif entry and not entry.startswith("#"):
            inside = False
    return [item for item in found if item.endswith(".sql")]
