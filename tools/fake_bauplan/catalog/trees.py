"""What a commit holds: a tree from dotted names to namespaces and tables, stored by content hash.

A tree is a mapping `name -> content`: content is "" for a namespace and, for a table, the hash of
its entry. Names of tables and namespaces share one space, as the platform's keys do.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache

import pyarrow as pa

from fake_bauplan.catalog.graph import micros, moment
from fake_bauplan.catalog.types import Partition, Table
from fake_bauplan.errors import NamespaceNotFound, NamespaceUnresolved, TableNotFound
from fake_bauplan.refs import Ref
from fake_bauplan.storage import DataFile

SCHEMA = """
CREATE TABLE IF NOT EXISTS contents (digest TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
"""

NAMESPACE = ""
Tree = dict[str, str]


def full_name(table: str, namespace: str | None, default: str) -> str:
    """A table's name as typed, with the namespace that was asked for, as `namespace.name`.

    Raises NamespaceUnresolved when both name a namespace and they differ.
    """
    inner, dot, _ = table.rpartition(".")
    if not dot:
        return f"{namespace or default}.{table}"
    if namespace and namespace != inner:
        raise NamespaceUnresolved(table, namespace)
    return table


def namespaces(tree: Tree) -> list[str]:
    """The namespaces of a tree, by name."""
    return [name for name, content in tree.items() if content == NAMESPACE]


def tables(tree: Tree) -> Iterator[tuple[str, str]]:
    """The full name and the entry's hash of each table, by name."""
    return ((name, content) for name, content in tree.items() if content != NAMESPACE)


def inside(tree: Tree, namespace: str) -> Iterable[str]:
    """What lies in a namespace, at any depth."""
    return [name for name in tree if name.startswith(f"{namespace}.")]


def load(connection: sqlite3.Connection, digest: str) -> Tree:
    """The tree of that hash, in the order of names."""
    tree: Tree = json.loads(_body(connection, digest))
    return tree


def save(connection: sqlite3.Connection, tree: Tree) -> str:
    """Store a tree; gives its hash."""
    return _keep(connection, json.dumps(dict(sorted(tree.items())), separators=(",", ":")))


def load_table(connection: sqlite3.Connection, name: str, digest: str) -> Table:
    """The table whose entry has that hash, under its full name."""
    namespace, _, table = name.rpartition(".")
    entry = json.loads(_body(connection, digest))
    return Table(
        namespace,
        table,
        entry["id"],
        _schema(entry["schema"]),
        tuple(DataFile(*file) for file in entry["files"]),
        entry["snapshot_id"],
        entry["snapshots"],
        moment(entry["updated"]),
        tuple(Partition(*partition) for partition in entry["partitions"]),
        entry["properties"],
        entry["kind"],
    )


def save_table(connection: sqlite3.Connection, table: Table) -> str:
    """Store a table's entry; gives its hash."""
    entry = {
        "id": table.id,
        "kind": table.kind,
        "schema": base64.b64encode(table.schema.serialize().to_pybytes()).decode(),
        "files": table.files,
        "snapshot_id": table.snapshot_id,
        "snapshots": table.snapshots,
        "updated": micros(table.updated_at),
        "partitions": table.partitions,
        "properties": dict(sorted(table.properties.items())),
    }
    return _keep(connection, json.dumps(entry, separators=(",", ":")))


def find_table(connection: sqlite3.Connection, tree: Tree, name: str, ref: Ref) -> Table:
    """A table by its full name; raises NamespaceNotFound or TableNotFound, naming the ref."""
    namespace = name.rpartition(".")[0]
    if namespace and tree.get(namespace) != NAMESPACE:
        raise NamespaceNotFound(namespace, ref)
    content = tree.get(name, NAMESPACE)
    if content == NAMESPACE:
        raise TableNotFound(name, ref)
    return load_table(connection, name, content)


def data_files(connection: sqlite3.Connection) -> Iterator[tuple[str, DataFile]]:
    """Every data file that a branch or tag names, with the full name of its table."""
    heads = (
        "SELECT DISTINCT body FROM refs JOIN commits USING (hash) JOIN contents ON digest = tree"
    )
    wanted = {pair for row in connection.execute(heads) for pair in tables(json.loads(row["body"]))}
    for name, digest in sorted(wanted):
        for file in load_table(connection, name, digest).files:
            yield name, file


def _body(connection: sqlite3.Connection, digest: str) -> str:
    row = connection.execute("SELECT body FROM contents WHERE digest = ?", (digest,)).fetchone()
    body: str = row["body"]
    return body


def _keep(connection: sqlite3.Connection, body: str) -> str:
    digest = hashlib.sha256(body.encode()).hexdigest()
    connection.execute("INSERT OR IGNORE INTO contents VALUES (?, ?)", (digest, body))
    return digest


@lru_cache(maxsize=1024)
def _schema(encoded: str) -> pa.Schema:
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(encoded)))
