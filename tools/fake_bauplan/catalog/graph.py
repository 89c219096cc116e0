"""The commit graph in the database: numbered commits, a child's number above its parents'.

Each commit keeps a jump to a far ancestor along first parents (a skew-binary list), so that "is
this commit in that branch's history" takes a logarithmic number of steps.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from fake_bauplan.errors import RefNotFound

SCHEMA = """
CREATE TABLE IF NOT EXISTS commits (
    number INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    parent INTEGER,
    merged INTEGER,
    depth INTEGER NOT NULL,
    jump INTEGER NOT NULL,
    tree TEXT NOT NULL,
    message TEXT NOT NULL,
    author TEXT NOT NULL,
    email TEXT NOT NULL,
    at INTEGER NOT NULL,
    properties TEXT NOT NULL
);
"""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Node(NamedTuple):
    """A commit's row; `parent`, `merged` and `jump` are numbers, `at` is in microseconds."""

    number: int
    hash: str
    parent: int | None
    merged: int | None
    depth: int
    jump: int
    tree: str
    message: str
    author: str
    email: str
    at: int
    properties: str

    def property(self, key: str) -> str:
        """One of the commit's properties, "" without it."""
        return decoded(self.properties).get(key, "")


class Written(NamedTuple):
    """What a new commit says, beside its place in the graph."""

    tree: str
    message: str
    author: str
    email: str
    at: datetime
    properties: Mapping[str, str]


COLUMNS = ", ".join(Node._fields)


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def moment(at: int) -> datetime:
    """The time of that many microseconds since 1970."""
    return EPOCH + at * MICROSECOND


def encoded(properties: Mapping[str, str]) -> str:
    """Properties as the database holds them; `fragment` finds one in it."""
    return json.dumps(dict(sorted(properties.items())), separators=(",", ":"))


def decoded(properties: str) -> dict[str, str]:
    """Properties as they were given to `encoded`."""
    found: dict[str, str] = json.loads(properties)
    return found


def fragment(key: str, value: str) -> str:
    """What stands in encoded properties when they hold this one."""
    return f"{json.dumps(key)}:{json.dumps(value)}"


def by_number(connection: sqlite3.Connection, number: int) -> Node:
    """The commit of that number, which must exist."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM commits WHERE number = ?", (number,)
    ).fetchone()
    return Node._make(row)


def by_hash(connection: sqlite3.Connection, commit: str, ref: str) -> Node:
    """The commit of that hash; raises RefNotFound, naming the ref as it was asked for."""
    row = connection.execute(f"SELECT {COLUMNS} FROM commits WHERE hash = ?", (commit,)).fetchone()
    if row is None:
        raise RefNotFound(ref)
    return Node._make(row)


def add(
    connection: sqlite3.Connection, parent: Node | None, merged: Node | None, written: Written
) -> Node:
    """Append a commit; its hash covers its number, its parents and all that it says."""
    number = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM commits").fetchone()[0]
    parents = [node.hash for node in (parent, merged) if node]
    at, properties = micros(written.at), encoded(written.properties)
    said = (written.tree, written.message, written.author, written.email, at, properties)
    node = Node(
        number,
        hashlib.sha256(json.dumps([number, parents, *said]).encode()).hexdigest(),
        parent.number if parent else None,
        merged.number if merged else None,
        parent.depth + 1 if parent else 0,
        _jump(connection, parent) if parent else number,
        *said,
    )
    marks = ", ".join("?" * len(node))
    connection.execute(f"INSERT INTO commits ({COLUMNS}) VALUES ({marks})", node)
    return node


def _jump(connection: sqlite3.Connection, parent: Node) -> int:
    near = by_number(connection, parent.jump)
    far = by_number(connection, near.jump)
    return far.number if parent.depth - near.depth == near.depth - far.depth else parent.number


def in_history(connection: sqlite3.Connection, commit: Node, head: Node) -> bool:
    """Whether the commit is the head or one of its first-parent ancestors."""
    return ancestor(connection, head, commit.depth).number == commit.number


def ancestor(connection: sqlite3.Connection, node: Node, depth: int) -> Node:
    """The first-parent ancestor at a depth (0: the root); the node itself when it is no deeper."""
    while node.depth > depth and node.parent is not None:
        jump = by_number(connection, node.jump)
        node = jump if jump.depth >= depth else by_number(connection, node.parent)
    return node


def merge_base(connection: sqlite3.Connection, one: Node, other: Node) -> Node:
    """The youngest commit that is reachable from both; there is always the root."""
    if in_history(connection, other, one):
        return other
    seen = {one.number: 1}
    seen[other.number] = seen.get(other.number, 0) | 2
    queue = [-number for number in seen]
    heapq.heapify(queue)
    while True:
        number = -heapq.heappop(queue)
        sides = seen[number]
        if sides == 3:
            return by_number(connection, number)
        for parent in _parents(connection, number):
            if parent not in seen:
                heapq.heappush(queue, -parent)
            seen[parent] = seen.get(parent, 0) | sides


def _parents(connection: sqlite3.Connection, number: int) -> list[int]:
    row = connection.execute(
        "SELECT parent, merged FROM commits WHERE number = ?", (number,)
    ).fetchone()
    return [parent for parent in row if parent is not None]


def history(
    connection: sqlite3.Connection, head: Node, where: str = "1", values: tuple[object, ...] = ()
) -> Iterator[Node]:
    """The head and its first-parent ancestors, newest first, as far as a condition on a row holds.

    Lazy: it costs what is read of it.
    """
    chain = (
        "WITH RECURSIVE chain(link) AS (SELECT ? UNION ALL SELECT parent FROM chain "
        "JOIN commits ON number = link WHERE parent IS NOT NULL) "
    )
    rows = connection.execute(
        f"{chain} SELECT {COLUMNS} FROM chain CROSS JOIN commits ON number = link WHERE {where}",
        (head.number, *values),
    )
    return (Node._make(row) for row in rows)
