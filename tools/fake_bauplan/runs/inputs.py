"""The tables that pass between the models of a run: Arrow files that every process maps."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from fake_bauplan.engine import Engine, plain, quoted
from fake_bauplan.errors import PlatformError
from fake_bauplan.runs.plan import Plan, RunRequest, select
from pipeline_guard.project import Input, Model


class TaskFailed(Exception):
    """A model or expectation that failed by its own fault; `trace` is the traceback, if any.

    `soft` failures (an expectation that does not hold, columns that were not declared) fail only
    a strict run.
    """

    def __init__(self, message: str, trace: str = "", soft: bool = False) -> None:
        super().__init__(message)
        self.trace = trace
        self.soft = soft


class Tables:
    """The results so far, and the inputs that were prepared from them or from the lake."""

    def __init__(self, folder: Path, engine: Engine, plan: Plan, request: RunRequest) -> None:
        self.folder = folder
        self._engine = engine
        self._plan = plan
        self._request = request
        self._prepared: dict[tuple[str, tuple[str, ...] | None, str], str] = {}
        self._results: dict[str, pa.Table] = {}

    def path(self, name: str) -> Path:
        """The file of a model's result."""
        return self.folder / f"{name}.arrow"

    def keep(self, model: Model, table: pa.Table) -> pa.Table:
        """Make a result known to the models that read it; returns it as they will see it."""
        write(plain(table), self.path(model.name))
        return self.kept(model)

    def kept(self, model: Model) -> pa.Table:
        """As `keep`, for a result that is at its path already."""
        self._results[model.name] = read(self.path(model.name))
        return self._results[model.name]

    def query(self, sql: str) -> pa.Table:
        """A SELECT over the lake at the run's ref and the results so far; raises SqlError."""
        return self._engine.query(
            sql,
            f"@{self._plan.source.hash}",
            self._request.namespace,
            self._results,
            self._request.parameters,
            views=False,
        )

    def input(self, wanted: Input) -> str:
        """The file that holds one input; two models that ask for the same get the same file.

        Raises SqlError, such as for a column that the model before did not return.
        """
        key = (wanted.table, wanted.columns, wanted.filter)
        if key not in self._prepared:
            self._prepared[key] = self._prepare(wanted)
        return self._prepared[key]

    def _prepare(self, wanted: Input) -> str:
        parent = self._plan.project.producer(wanted.table, self._request.namespace)
        if parent is not None and wanted.columns is None and not wanted.filter:
            return str(self.path(parent.name))
        path = self.folder / f"input-{len(self._prepared)}.arrow"
        write(self.query(select(wanted)), path)
        return str(path)

    def in_lake(self, full_name: str) -> bool:
        """Whether the lake has that table at the run's ref."""
        try:
            self._engine.catalog.table(f"@{self._plan.source.hash}", full_name)
        except PlatformError:
            return False
        return True

    def rows_without(self, full_name: str, condition: str) -> pa.Table:
        """A table of the lake without the rows that match; raises SqlError."""
        return self._engine.query(
            f"SELECT * FROM {quoted(full_name)} WHERE ({condition}) IS NOT TRUE",
            f"@{self._plan.source.hash}",
            self._request.namespace,
            views=False,
        )


def read(path: Path) -> pa.Table:
    """An Arrow file, mapped into memory."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def write(table: pa.Table, path: Path) -> None:
    """An Arrow file that can be mapped."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
