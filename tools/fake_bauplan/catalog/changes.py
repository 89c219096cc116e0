"""Changes to a tree: one function per change, and the three-way merge of trees."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fake_bauplan.catalog.trees import NAMESPACE, Tree, find_table, inside, load_table, save_table
from fake_bauplan.catalog.types import (
    Change,
    CopyTable,
    DropNamespace,
    DropTable,
    PutNamespace,
    PutTable,
    Table,
)
from fake_bauplan.errors import (
    BadRequest,
    NamespaceExists,
    NamespaceIsNotEmpty,
    NamespaceNotFound,
    TableExists,
)
from fake_bauplan.ids import Ids
from fake_bauplan.refs import Ref

PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
LONGEST_NAME = 255


class Scene(NamedTuple):
    """Where changes happen: the database, the head that they start from, the time, the ids."""

    connection: sqlite3.Connection
    head: Ref
    at: datetime
    ids: Ids


def apply(tree: Tree, changes: Sequence[Change], scene: Scene) -> None:
    """Change the tree by all changes, in order; raises a platform error at the first that fails."""
    for change in changes:
        match change:
            case PutNamespace():
                _put_namespace(tree, change, scene)
            case DropNamespace():
                _drop_namespace(tree, change, scene)
            case PutTable():
                _put_table(tree, change, scene)
            case CopyTable(table):
                _place(tree, table, scene)
            case DropTable(namespace, name):
                find_table(scene.connection, tree, f"{namespace}.{name}", scene.head)
                del tree[f"{namespace}.{name}"]


def _put_namespace(tree: Tree, change: PutNamespace, scene: Scene) -> None:
    _check_name("namespace", change.name)
    there = tree.get(change.name)
    if there == NAMESPACE and change.exists_ok:
        return
    if there == NAMESPACE:
        raise NamespaceExists(change.name, scene.head)
    if there is not None:
        raise TableExists(change.name, scene.head)
    tree[change.name] = NAMESPACE


def _drop_namespace(tree: Tree, change: DropNamespace, scene: Scene) -> None:
    if tree.get(change.name) != NAMESPACE:
        raise NamespaceNotFound(change.name, scene.head)
    if inside(tree, change.name):
        raise NamespaceIsNotEmpty(change.name, scene.head.name)
    del tree[change.name]


def _put_table(tree: Tree, change: PutTable, scene: Scene) -> None:
    name = f"{change.namespace}.{change.name}"
    old = tree.get(name, NAMESPACE)
    before = load_table(scene.connection, name, old) if old != NAMESPACE else None
    kept = before if change.append else None
    table = Table(
        change.namespace,
        change.name,
        before.id if before else scene.ids.uuid("table"),
        change.schema,
        (*(kept.files if kept else ()), *change.files),
        scene.ids.number("snapshot"),
        before.snapshots + 1 if before else 1,
        scene.at,
        tuple(change.partitions) or (kept.partitions if kept else ()),
        {**(kept.properties if kept else {}), **change.properties},
        change.kind,
    )
    _place(tree, table, scene)


def _place(tree: Tree, table: Table, scene: Scene) -> None:
    _check_name("table", table.name)
    if tree.get(table.namespace) != NAMESPACE:
        raise NamespaceNotFound(table.namespace, scene.head)
    if tree.get(table.full_name) == NAMESPACE:
        raise TableExists(table.full_name, scene.head)
    tree[table.full_name] = save_table(scene.connection, table)


def _check_name(what: str, name: str) -> None:
    parts = name.split(".") if what == "namespace" else [name]
    if len(name) > LONGEST_NAME or not all(PART.fullmatch(part) for part in parts):
        raise BadRequest(f"{name!r} is not a name for a {what}")


def merged(base: Tree, ours: Tree, theirs: Tree) -> tuple[Tree, list[str]]:
    """The tree with both sides' changes since the base, and the names that are in conflict.

    In conflict is a name that both sides changed differently, and a table that one side wrote into
    a namespace that the other removed.
    """
    tree: Tree = {}
    conflicts = []
    for name in sorted({*base, *ours, *theirs}):
        before, here, there = base.get(name), ours.get(name), theirs.get(name)
        if here != there and before not in (here, there):
            conflicts.append(name)
        content = there if here == before else here
        if content is not None:
            tree[name] = content
    return tree, conflicts or _orphans(tree)


def _orphans(tree: Tree) -> list[str]:
    return [
        name
        for name, content in tree.items()
        if content != NAMESPACE and tree.get(name.rpartition(".")[0]) != NAMESPACE
    ]
