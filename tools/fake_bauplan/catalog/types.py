"""The values that the catalog takes and gives: users, commits, tables, changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import pyarrow as pa

from fake_bauplan.refs import Ref
from fake_bauplan.schema import Field, fields_of
from fake_bauplan.storage import DataFile

DEFAULT_NAMESPACE = "bauplan"


class User(NamedTuple):
    """Who acts; `username` is the prefix of the user's own branches."""

    id: str
    username: str
    first_name: str
    last_name: str
    organization_id: str

    @property
    def full_name(self) -> str:
        """The name that commits carry."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def email(self) -> str:
        """The address that commits carry; `.invalid` never belongs to anybody (RFC 2606)."""
        return f"{self.username}@lakehouse.invalid"


class Branch(NamedTuple):
    """A branch or a tag, with the commit that it points to."""

    name: str
    hash: str


class Commit(NamedTuple):
    """One change of one branch; `parents` holds the first parent and, after a merge, the second."""

    ref: Ref
    message: str
    author: str
    email: str
    at: datetime
    parents: tuple[str, ...]
    properties: Mapping[str, str]

    @property
    def hash(self) -> str:
        """The commit's 64 hex digits."""
        return self.ref.hash


class Partition(NamedTuple):
    """A partition of a table: source column and transform, such as `day` or `identity`."""

    name: str
    transform: str


Kind = Literal["TABLE", "EXTERNAL_TABLE"]


class Table(NamedTuple):
    """A table at one commit; its rows are those of `files`, in order."""

    namespace: str
    name: str
    id: str
    schema: pa.Schema
    files: tuple[DataFile, ...]
    snapshot_id: int
    snapshots: int
    updated_at: datetime
    partitions: tuple[Partition, ...] = ()
    properties: Mapping[str, str] = {}
    kind: Kind = "TABLE"

    @property
    def full_name(self) -> str:
        """`namespace.name`."""
        return f"{self.namespace}.{self.name}"

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns with their Iceberg types."""
        return fields_of(self.schema)

    @property
    def rows(self) -> int:
        """How many rows the table holds."""
        return sum(file.rows for file in self.files)

    @property
    def size(self) -> int:
        """How many bytes its files take."""
        return sum(file.bytes for file in self.files)


class PutNamespace(NamedTuple):
    """Create a namespace; with `exists_ok` one that is there is left alone."""

    name: str
    exists_ok: bool = False


class DropNamespace(NamedTuple):
    """Remove an empty namespace."""

    name: str


class PutTable(NamedTuple):
    """Create a table or write a new snapshot of it; its namespace must exist.

    `files` replace the table's files, or with `append` come after them: decided at the moment of
    the commit, so that two appends never lose one another. `schema` is a storable one
    (`schema.py`).
    """

    namespace: str
    name: str
    schema: pa.Schema
    files: Sequence[DataFile]
    append: bool = False
    partitions: Sequence[Partition] = ()
    properties: Mapping[str, str] = {}
    kind: Kind = "TABLE"


class CopyTable(NamedTuple):
    """Put a table as it is at another commit, snapshot and all: a revert."""

    table: Table


class DropTable(NamedTuple):
    """Remove a table; older commits keep it."""

    namespace: str
    name: str


Change = PutNamespace | DropNamespace | PutTable | CopyTable | DropTable


class CommitFilter(NamedTuple):
    """Which commits of a history are wanted; patterns are RE2, found anywhere in the text."""

    message: str | None = None
    username: str | None = None
    author: str | None = None
    email: str | None = None
    at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    parent: str | None = None
    properties: Mapping[str, str] = {}
