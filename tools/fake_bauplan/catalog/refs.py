"""Branches and tags in the database: names that point to commits."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from fake_bauplan.errors import (
    BranchNotFound,
    InvalidRef,
    NotABranchRef,
    NotATagRef,
    NotAWriteBranchRef,
    RefExists,
    TagNotFound,
)
from fake_bauplan.refs import MAIN, Kind, Ref, valid_name, zone

# `place` puts main before all others, so that a page never misses it.
SCHEMA = """
CREATE TABLE IF NOT EXISTS refs (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    zone TEXT NOT NULL,
    place INTEGER NOT NULL,
    hash TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refs_by_kind ON refs (kind, place, name);
CREATE INDEX IF NOT EXISTS refs_by_zone ON refs (kind, zone, place, name);
"""


class After(NamedTuple):
    """Where a page of names ended."""

    place: int
    name: str


START = After(-1, "")


def place(name: str) -> int:
    """0 for main, which is listed first, 1 for every other name."""
    return 0 if name == MAIN else 1


def find(connection: sqlite3.Connection, name: str) -> Ref | None:
    """The branch or tag of that name, at its commit."""
    row = connection.execute("SELECT kind, hash FROM refs WHERE name = ?", (name,)).fetchone()
    return Ref(row["kind"], name, row["hash"]) if row else None


def branch(connection: sqlite3.Connection, name: str) -> Ref:
    """The branch of that name; raises BranchNotFound, or NotABranchRef for a tag."""
    ref = find(connection, name)
    if ref is None:
        raise BranchNotFound(name)
    if ref.kind != "BRANCH":
        raise NotABranchRef(name)
    return ref


def tag(connection: sqlite3.Connection, name: str) -> Ref:
    """The tag of that name; raises TagNotFound, or NotATagRef for a branch."""
    ref = find(connection, name)
    if ref is None:
        raise TagNotFound(name)
    if ref.kind != "TAG":
        raise NotATagRef(name)
    return ref


def write_branch(connection: sqlite3.Connection, name: str) -> Ref:
    """The branch to write to; raises NotAWriteBranchRef for a tag, a commit or a pinned branch."""
    if "@" in name:
        raise NotAWriteBranchRef(name)
    ref = find(connection, name)
    if ref is None:
        raise BranchNotFound(name)
    if ref.kind != "BRANCH":
        raise NotAWriteBranchRef(name)
    return ref


def create(connection: sqlite3.Connection, kind: Kind, name: str, commit: str) -> Ref:
    """A new name at a commit; raises InvalidRef for a bad name, RefExists for one that is taken."""
    if not valid_name(name):
        raise InvalidRef(name, f"not a name for a {kind.lower()}")
    taken = find(connection, name)
    if taken is not None:
        raise RefExists(kind.lower(), name, taken)
    connection.execute(
        "INSERT INTO refs (name, kind, zone, place, hash) VALUES (?, ?, ?, ?, ?)",
        (name, kind, zone(name), place(name), commit),
    )
    return Ref(kind, name, commit)


def move(connection: sqlite3.Connection, name: str, commit: str) -> None:
    """Let a branch point to another commit."""
    connection.execute("UPDATE refs SET hash = ? WHERE name = ?", (commit, name))


def delete(connection: sqlite3.Connection, name: str) -> None:
    """Forget a name."""
    connection.execute("DELETE FROM refs WHERE name = ?", (name,))


def rename(connection: sqlite3.Connection, ref: Ref, name: str) -> Ref:
    """The same commit under another name; raises as `create` does."""
    renamed = create(connection, ref.kind, name, ref.hash)
    delete(connection, ref.name)
    return renamed


def page(
    connection: sqlite3.Connection, kind: Kind, zones: list[str] | None, after: After, limit: int
) -> list[Ref]:
    """Up to `limit` names after a place, main first, then by name; `zones` None means all."""
    query = "SELECT name, hash FROM refs WHERE kind = ? AND (place, name) > (?, ?)"
    order = "ORDER BY place, name LIMIT ?"
    if zones is None:
        rows = list(connection.execute(f"{query} {order}", (kind, *after, limit)))
    else:
        rows = [
            row
            for user in set(zones)
            for row in connection.execute(
                f"{query} AND zone = ? {order}", (kind, *after, user, limit)
            )
        ]
    refs = [Ref(kind, row["name"], row["hash"]) for row in rows]
    return sorted(refs, key=lambda ref: (place(ref.name), ref.name))[:limit]
