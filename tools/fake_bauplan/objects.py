"""Object storage, stood for by local folders: what imports read.

`s3://bucket/key` is a file below `<data folder>/objects/bucket`; `file:///…` is any local file. A
`*` in a key also crosses slashes, as a search over object keys does.
"""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from fake_bauplan.errors import BadRequest

SUFFIXES = (".parquet", ".csv")
WILD = "*?["


class Source(NamedTuple):
    """One file to import: its URI as the user knows it, and where it lies."""

    uri: str
    path: Path

    def schema(self) -> pa.Schema:
        """The columns that the file has; raises BadRequest where it cannot be read."""
        try:
            if self.path.suffix == ".parquet":
                return pq.read_schema(self.path)
            with pa.csv.open_csv(self.path) as reader:
                return reader.schema
        except (pa.ArrowException, OSError) as error:
            raise BadRequest(f"{self.uri} cannot be read: {error}") from error

    def read(self) -> pa.Table:
        """The rows; raises BadRequest where it cannot be read."""
        try:
            if self.path.suffix == ".parquet":
                return pq.read_table(self.path)
            return pa.csv.read_csv(self.path)
        except (pa.ArrowException, OSError) as error:
            raise BadRequest(f"{self.uri} cannot be read: {error}") from error


class Objects:
    """The object storage of one data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, search: str) -> list[Source]:
        """The Parquet and CSV files that a search string means, by URI; raises BadRequest."""
        parts = urlsplit(search)
        key = unquote(parts.path)
        if parts.scheme == "s3":
            root, prefix = self._folder / parts.netloc, f"s3://{parts.netloc}"
        elif parts.scheme == "file" and not parts.netloc:
            root, prefix = Path("/"), "file://"
        else:
            raise BadRequest(
                f"cannot search {search!r}: only s3:// and file:/// are object storage"
            )
        if ".." in key.split("/"):
            raise BadRequest(f"cannot search {search!r}: a key has no `..`")
        found = [Source(prefix + name, path) for name, path in _matching(root, key)]
        if not found:
            raise BadRequest(f"no Parquet or CSV files found at {search}")
        return found


def _matching(root: Path, key: str) -> list[tuple[str, Path]]:
    """Files below the last folder of `key` that has no wildcard, by their full key."""
    fixed = key.lstrip("/").split("/")
    start = root.joinpath(*_until_wild(fixed))
    candidates = [start] if start.is_file() else sorted(start.rglob("*")) if start.is_dir() else []
    pattern = (
        key if any(mark in key for mark in WILD) or start.is_file() else f"{key.rstrip('/')}/*"
    )
    named = [("/" + path.relative_to(root).as_posix(), path) for path in candidates]
    return [
        (name, path)
        for name, path in named
        if path.suffix in SUFFIXES and path.is_file() and fnmatch.fnmatchcase(name, pattern)
    ]


def _until_wild(parts: list[str]) -> list[str]:
    kept = []
    for part in parts:
        if any(mark in part for mark in WILD):
            break
        kept.append(part)
    return kept
