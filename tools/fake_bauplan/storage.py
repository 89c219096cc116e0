"""Parquet files by content hash: written once, never changed, shared by all commits."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from fake_bauplan.schema import storable_schema

ROWS_PER_GROUP = 1 << 17
CHUNK = 1 << 20
DRAFT = "draft-"


class DataFile(NamedTuple):
    """A stored Parquet file: SHA-256 of its bytes (64 hex), its rows, its bytes."""

    digest: str
    rows: int
    bytes: int


class Store:
    """The folder of data files; a file appears under its name only when it is complete.

    Drafts that a killed process left behind are removed, so only one process may use a folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for draft in folder.glob(f"{DRAFT}*"):
            draft.unlink()

    def path(self, digest: str) -> Path:
        """Where the file of that content hash lies (or would lie)."""
        return self._folder / digest[:2] / f"{digest}.parquet"

    def put(self, table: pa.Table) -> DataFile:
        """Store a table in Iceberg's types; the same content twice is one file.

        Raises UnsupportedType for a column that Iceberg cannot hold.
        """
        table = table.cast(storable_schema(table.schema), safe=False)
        with _Draft(self._folder) as draft:
            pq.write_table(
                table,
                draft.path,
                compression="zstd",
                row_group_size=ROWS_PER_GROUP,
                store_schema=True,
            )
            return self._keep(draft.path, table.num_rows)

    def adopt(self, source: Path) -> DataFile:
        """Take in a Parquet file that `put` wrote earlier, such as one from a cache, as it is."""
        with _Draft(self._folder) as draft:
            shutil.copyfile(source, draft.path)
            return self._keep(draft.path, pq.read_metadata(draft.path).num_rows)

    def read(self, files: tuple[DataFile, ...], schema: pa.Schema) -> pa.Table:
        """The rows of a table's files, in order, in its schema; a missing column is null."""
        parts = [_fitted(pq.read_table(self.path(file.digest)), schema) for file in files]
        return pa.concat_tables(parts) if parts else schema.empty_table()

    def missing(self, file: DataFile) -> bool:
        """Whether the file is not there, or is not whole."""
        try:
            return self.path(file.digest).stat().st_size != file.bytes
        except FileNotFoundError:
            return True

    def _keep(self, draft: Path, rows: int) -> DataFile:
        digest = digest_of(draft)
        path = self.path(digest)
        path.parent.mkdir(exist_ok=True)
        size = draft.stat().st_size
        draft.replace(path)
        return DataFile(digest, rows, size)


class _Draft:
    """A file that is gone again unless it was moved to its place."""

    def __init__(self, folder: Path) -> None:
        handle, name = tempfile.mkstemp(prefix=DRAFT, suffix=".parquet", dir=folder)
        os.close(handle)
        self.path = Path(name)

    def __enter__(self) -> _Draft:
        return self

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)
