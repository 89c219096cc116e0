"""One SQLite file, many threads: readers see one state each, writers come one after another.

A write that returned is in the write-ahead log, so it survives a killed process.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fake_bauplan.folder import WAY_OUT
from self_heal.errors import BadInput

WAIT_SECONDS = 60
PAGES_PER_CHECKPOINT = 4000


class Database:
    """A SQLite file with a pool of connections; `schema` is run once, when it is opened."""

    def __init__(self, path: Path, schema: str) -> None:
        self._path = path
        self._schema = schema
        self._idle: list[sqlite3.Connection] = []
        self._pool = threading.Lock()
        self._writer = threading.Lock()
        try:
            self._check(schema)
        except sqlite3.DatabaseError as error:
            self.close()
            raise BadInput(f"{path} is damaged ({error}): {WAY_OUT}") from error

    def _check(self, schema: str) -> None:
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(found)
            connection.executescript(schema)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._pool:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._open()
        try:
            yield connection
        finally:
            with self._pool:
                self._idle.append(connection)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint={PAGES_PER_CHECKPOINT}")
        return connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one unchanging state until the block ends."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The only writer; all of the block is kept, or, when it raises, nothing of it."""
        with self._writer, self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def dump(self) -> sqlite3.Connection:
        """A copy of the whole content, in memory, for `restore`; the caller closes it."""
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        with self._connection() as connection:
            connection.backup(copy)
        return copy

    def restore(self, copy: sqlite3.Connection) -> None:
        """Replace the whole content by a copy that `dump` made."""
        with self._writer:
            self._replace(copy)

    def _replace(self, copy: sqlite3.Connection) -> None:
        with self._connection() as connection:
            copy.backup(connection)

    def clear(self, keep: set[str]) -> None:
        """Delete every row, but those of the tables to keep; as fast for any number of rows."""
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        with self._writer, closing(memory) as fresh:
            fresh.executescript(self._schema)
            tables = fresh.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            for name in {name for (name,) in tables} & keep:
                self._copy_rows(name, fresh)
            fresh.commit()
            self._replace(fresh)

    def _copy_rows(self, table: str, to: sqlite3.Connection) -> None:
        with self.read() as connection:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                marks = ",".join("?" * len(row))
                to.execute(f'INSERT INTO "{table}" VALUES ({marks})', tuple(row))

    def close(self) -> None:
        """Close every connection; the write-ahead log is folded into the file."""
        with self._pool:
            while self._idle:
                self._idle.pop().close()
