"""A lakehouse in one data folder: catalog, data files, users; held by one process."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from fake_bauplan import catalog, folder, users
from fake_bauplan.catalog import Catalog
from fake_bauplan.catalog.types import Commit, PutNamespace, PutTable, User
from fake_bauplan.clock import Clock
from fake_bauplan.database import Database
from fake_bauplan.faults import Faults
from fake_bauplan.ids import Ids
from fake_bauplan.schema import storable_schema
from fake_bauplan.storage import DataFile, Store
from fake_bauplan.users import OWNER, Users, make_user
from self_heal.errors import BadInput


class Snapshot(NamedTuple):
    """A whole state, in memory; the data files stay where they are, since they never change."""

    databases: Mapping[str, sqlite3.Connection]
    ids: Counter[str]


class Lakehouse:
    """Open with `Lakehouse(folder)`, close with `close()` or `with`.

    With a seed, ids and keys repeat; with a frozen clock, times and commit hashes too. Raises
    InTheWay when another process holds the folder, BadInput when it is damaged or no lakehouse's.
    """

    def __init__(self, path: Path, seed: int | None = None, clock: Clock | None = None) -> None:
        self.folder = path
        self.clock = clock or Clock()
        self.faults = Faults()
        self._seed = seed
        self._databases: dict[str, Database] = {}
        folder.make(path)
        self._lock = folder.Lock(path)
        try:
            opened = folder.mark(path)
            self.is_new = opened == 1
            self.ids = Ids(seed, opened)
            self.store = Store(path / "tables")
            self._main = self.database("catalog", catalog.SCHEMA + users.SCHEMA)
            self._begin()
            self._check_files()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        self.catalog = Catalog(self._main, self.clock, self.ids)
        self.users = Users(self._main, self._seed)

    def _check_files(self) -> None:
        for name, file in self.catalog.data_files():
            if self.store.missing(file):
                raise BadInput(
                    f"{self.folder} is damaged: data of table {name} is missing "
                    f"({self.store.path(file.digest).name}); {folder.WAY_OUT}"
                )

    def __enter__(self) -> Lakehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def database(self, name: str, schema: str) -> Database:
        """A further database of this folder, such as `jobs`; snapshots and resets include it."""
        if name not in self._databases:
            self._databases[name] = Database(self.folder / f"{name}.sqlite", schema)
        return self._databases[name]

    @property
    def owner(self) -> User:
        """The user that the lakehouse is made for: `demo`."""
        return make_user(OWNER)

    @property
    def key(self) -> str:
        """The owner's API key."""
        return self.users.add(OWNER)

    def user(self, key: str) -> User:
        """Who holds an API key; raises Unauthorized."""
        return self.users.of_key(key)

    def load_table(
        self, namespace: str, name: str, table: pa.Table, branch: str = "main"
    ) -> Commit:
        """Seed: write a table (replacing it) into a namespace (made when missing) of any branch."""
        stored = (storable_schema(table.schema), self.store.put(table))
        return self.load_files(namespace, {name: stored}, branch)

    def load_files(
        self, namespace: str, tables: Mapping[str, tuple[pa.Schema, DataFile]], branch: str = "main"
    ) -> Commit:
        """Seed: as `load_table`, for stored files and for many tables in one commit."""
        puts = [
            PutTable(namespace, name, *stored[:1], [stored[1]]) for name, stored in tables.items()
        ]
        return self.catalog.commit(
            branch,
            [PutNamespace(namespace, exists_ok=True), *puts],
            message=f"Load {', '.join(f'{namespace}.{name}' for name in tables)}",
            author=self.owner,
        )

    def snapshot(self) -> Snapshot:
        """The whole state, to come back to with `restore`."""
        dumps = {name: database.dump() for name, database in self._databases.items()}
        return Snapshot(dumps, self.ids.mark())

    def restore(self, snapshot: Snapshot) -> None:
        """Come back to a state; what follows it has the same ids again."""
        for name, dump in snapshot.databases.items():
            self._databases[name].restore(dump)
        self.ids.rewind(snapshot.ids)

    def reset(self) -> None:
        """Empty the lakehouse: no branches but `main`, no tables, no jobs; keys stay."""
        for database in self._databases.values():
            database.clear(keep={"users"})
        self.ids.rewind(Counter())
        self._begin()

    def close(self) -> None:
        """Close the databases and let the next process have the folder."""
        for database in self._databases.values():
            database.close()
        self._lock.close()
