"""Results of models that need not be computed again: the same code on the same data.

The key of a result is a hash of every file of the project, the run's parameters and the content of
each table that the model reads, also through the models before it. So it holds on every branch, and
no branch can see another's data by it. Expectations are never cached, nor is a failure. The cache
lives as long as the process that serves the lakehouse: another one may have other packages.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path

from fake_bauplan.catalog import Catalog
from fake_bauplan.database import Database
from fake_bauplan.runs.plan import Plan, RunRequest
from pipeline_guard.project import Input, Model

MAX_BYTES = 1 << 30
# The keys are rows, so that a snapshot or a reset of the lakehouse includes them.
SCHEMA = "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY);"


class Cache:
    """The kept results of one lakehouse, as Arrow files; the oldest go when they are too many."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with database.write() as connection:
            connection.execute("DELETE FROM results")

    def find(self, key: str, path: Path) -> bool:
        """Put the result of that key at `path`; False when there is none."""
        with self._database.read() as connection:
            row = connection.execute("SELECT 1 FROM results WHERE key = ?", (key,)).fetchone()
        if row is None:
            return False
        try:
            os.link(self._folder / key, path)
        except FileNotFoundError:  # it had to go
            return False
        os.utime(path)
        return True

    def keep(self, key: str, path: Path) -> None:
        """Keep the result at `path`, which never changes, under a key."""
        kept = self._folder / key
        kept.unlink(missing_ok=True)
        with contextlib.suppress(FileExistsError):  # another run has just kept the same
            os.link(path, kept)
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO results VALUES (?)", (key,))
        self._make_room()

    def _make_room(self) -> None:
        files = [(path.stat(), path) for path in self._folder.iterdir()]
        used = sum(status.st_size for status, _ in files)
        for status, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if used <= MAX_BYTES:
                return
            used -= status.st_size
            path.unlink(missing_ok=True)


class Reuse:
    """What one run takes from the cache and leaves in it."""

    def __init__(
        self, cache: Cache, catalog: Catalog, plan: Plan, request: RunRequest, project: Path
    ) -> None:
        self._cache = cache
        self._catalog = catalog
        self._plan = plan
        self._request = request
        self._on = request.cache
        self._whole = [_code(project), request.namespace, dict(request.parameters), request.legacy]
        self._keys: dict[str, str] = {}

    def find(self, model: Model, path: Path) -> bool:
        """Put an earlier result of a model at `path`; False when it has to be computed."""
        return self._on and model.kind != "expectation" and self._cache.find(self._key(model), path)

    def keep(self, model: Model, path: Path) -> None:
        """Keep the result of a model for later runs."""
        if self._on:
            self._cache.keep(self._key(model), path)

    def _key(self, model: Model) -> str:
        if model.name not in self._keys:
            reads = [self._content(read) for read in model.inputs]
            self._keys[model.name] = _hash([self._whole, model.name, reads])
        return self._keys[model.name]

    def _content(self, read: Input) -> str:
        """What identifies the rows of one input; its columns and filter are in the code."""
        parent = self._plan.project.producer(read.table, self._request.namespace)
        if parent is not None:
            return self._key(parent)
        full_name = read.table if "." in read.table else f"{self._request.namespace}.{read.table}"
        table = self._catalog.table(f"@{self._plan.source.hash}", full_name)
        return _hash([str(table.schema), [file.digest for file in table.files]])


def _code(project: Path) -> str:
    files = sorted(path for path in project.rglob("*") if path.is_file())
    return _hash(
        [
            [str(path.relative_to(project)), hashlib.sha256(path.read_bytes()).hexdigest()]
            for path in files
        ]
    )


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()
