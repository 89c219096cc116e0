"""A lakehouse in one data folder: catalog, data files, users, clock and ids, held by one process."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from fake_bauplan.catalog import Catalog
from fake_bauplan.catalog_types import Commit, User
from fake_bauplan.clock import Clock
from fake_bauplan.database import Database
from fake_bauplan.ids import Ids
from fake_bauplan.storage import Store


class Lakehouse:
    """Open with `Lakehouse(folder)`, close with `close()` or `with`.

    Raises InTheWay when another process holds the folder, BadInput when it is damaged.
    """

    catalog: Catalog
    store: Store
    clock: Clock
    ids: Ids
    folder: Path

    def database(self, name: str, schema: str) -> Database:
        """A further database of this folder (such as `jobs`), part of snapshot, restore and reset."""
        raise NotImplementedError

    def user(self, key: str) -> User:
        """Who holds an API key; raises Unauthorized."""
        raise NotImplementedError

    def load_table(
        self, namespace: str, name: str, table: pa.Table, branch: str = "main"
    ) -> Commit:
        """Seed: write a table (replacing it) into a namespace (created when missing) of a branch."""
        raise NotImplementedError
