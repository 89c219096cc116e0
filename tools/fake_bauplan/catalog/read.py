"""What the catalog can be asked: refs, histories, namespaces, tables; in pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from fake_bauplan.catalog import graph, trees
from fake_bauplan.catalog import refs as names
from fake_bauplan.catalog.types import Branch, Commit, CommitFilter, Table
from fake_bauplan.database import Database
from fake_bauplan.errors import InvalidRef, NamespaceNotFound, RefNotFound
from fake_bauplan.patterns import Pattern
from fake_bauplan.refs import HASH, Kind, Ref, split, valid_name
from fake_bauplan.storage import DataFile

T = TypeVar("T")
EVERYTHING = 1 << 62
BATCH = 500


class Page(NamedTuple, Generic[T]):
    """Some of the answers; `next` (None: no more) is where the next page starts."""

    items: list[T]
    next: str | None


def resolve(connection: sqlite3.Connection, text: str) -> Ref:
    """`branch`, `branch@hash`, `@hash` or a tag -> what it is now; raises as `Catalog.resolve`."""
    name, commit = split(text)
    if (name or commit is None) and not valid_name(name):
        raise InvalidRef(text)
    if commit is not None and not HASH.fullmatch(commit):
        raise InvalidRef(text, "a commit is 64 hex digits")
    if not name and commit:
        return Ref("DETACHED", "", graph.by_hash(connection, commit, text).hash)
    ref = names.find(connection, name)
    if ref is None:
        raise RefNotFound(text)
    if commit is None:
        return ref
    head = graph.by_hash(connection, ref.hash, text)
    if not graph.in_history(connection, graph.by_hash(connection, commit, text), head):
        raise RefNotFound(text)
    return ref._replace(hash=commit)


def tree_at(connection: sqlite3.Connection, ref: Ref) -> trees.Tree:
    """The tree of a resolved ref."""
    return trees.load(connection, graph.by_hash(connection, ref.hash, str(ref)).tree)


class CatalogReader:
    """The half of the catalog that changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def resolve(self, ref: str) -> Ref:
        """`branch`, `branch@hash`, `@hash` or a tag -> what it is now.

        Raises InvalidRef, RefNotFound (also when the hash is not in the branch's own history).
        """
        with self._database.read() as connection:
            return resolve(connection, ref)

    def branch(self, name: str) -> Branch:
        """A branch by name; raises BranchNotFound, NotABranchRef."""
        with self._database.read() as connection:
            return Branch(name, names.branch(connection, name).hash)

    def tag(self, name: str) -> Branch:
        """A tag by name; raises TagNotFound, NotATagRef."""
        with self._database.read() as connection:
            return Branch(name, names.tag(connection, name).hash)

    def writable(self, name: str) -> Branch:
        """A branch that can be written at all; raises BranchNotFound, NotAWriteBranchRef."""
        with self._database.read() as connection:
            return Branch(name, names.write_branch(connection, name).hash)

    def names(
        self,
        kind: Kind,
        pattern: str | None = None,
        zones: list[str] | None = None,
        after: str | None = None,
        limit: int = EVERYTHING,
    ) -> Page[Branch]:
        """Branches or tags, main first, then by name; `zones`: only these users' (None: all)."""

        size = BATCH if pattern else min(BATCH, limit + 1)

        def fetch(start: str | None) -> list[Ref]:
            place = names.After(names.place(start), start) if start else names.START
            return names.page(connection, kind, zones, place, size)

        with self._database.read() as connection:
            found = _scan(fetch, size, Pattern(pattern), after)
            items = [Branch(ref.name, ref.hash) for ref in islice(found, limit)]
            more = next(found, None) is not None
        return Page(items, items[-1].name if items and more else None)

    def commits(
        self,
        ref: str,
        wanted: CommitFilter | None = None,
        limit: int = EVERYTHING,
        after: str | None = None,
    ) -> Page[Commit]:
        """A ref's history along first parents, newest first; `after` is a page's `next`."""
        wanted = wanted or CommitFilter()
        with self._database.read() as connection:
            at = resolve(connection, ref)
            start = graph.by_hash(connection, after or at.hash, ref)
            found = _matching(graph.history(connection, start, *_where(wanted)), wanted)
            nodes = list(islice(found, limit + 1))
            items = [_commit(connection, node, at) for node in nodes[:limit]]
        return Page(items, nodes[limit].hash if len(nodes) > limit else None)

    def namespaces(self, ref: str) -> list[str]:
        """The namespaces at a ref, by name."""
        with self._database.read() as connection:
            return trees.namespaces(tree_at(connection, resolve(connection, ref)))

    def namespace(self, ref: str, name: str) -> str:
        """A namespace by name; raises NamespaceNotFound."""
        with self._database.read() as connection:
            at = resolve(connection, ref)
            if tree_at(connection, at).get(name) != trees.NAMESPACE:
                raise NamespaceNotFound(name, at)
        return name

    def table(self, ref: str, full_name: str) -> Table:
        """A table by `namespace.name`; raises TableNotFound."""
        with self._database.read() as connection:
            at = resolve(connection, ref)
            return trees.find_table(connection, tree_at(connection, at), full_name, at)

    def tables(
        self, ref: str, namespace: str | None = None, pattern: str | None = None
    ) -> list[Table]:
        """The tables at a ref, by full name.

        A pattern is looked for in the table's own name; a namespace is one's whole name, or a
        pattern for it.
        """
        return self.table_page(ref, namespace, pattern).items

    def table_page(
        self,
        ref: str,
        namespace: str | None = None,
        pattern: str | None = None,
        after: str | None = None,
        limit: int = EVERYTHING,
    ) -> Page[Table]:
        """As `tables`, from the full name `after` on; only what is on the page is read."""
        with self._database.read() as connection:
            tree = tree_at(connection, resolve(connection, ref))
            entries = [entry for entry in trees.tables(tree) if entry[0] > (after or "")]
            whole = Pattern(namespace and f"^(?:{namespace})$")
            entries = whole.keep(entries, lambda entry: entry[0].rpartition(".")[0])
            entries = Pattern(pattern).keep(entries, lambda entry: entry[0].rpartition(".")[2])
            items = [trees.load_table(connection, *entry) for entry in entries[:limit]]
        return Page(items, items[-1].full_name if len(entries) > limit and items else None)

    def data_files(self) -> list[tuple[str, DataFile]]:
        """Every data file that a branch or tag names, with its table's full name."""
        with self._database.read() as connection:
            return list(trees.data_files(connection))


def _scan(
    fetch: Callable[[str | None], list[Ref]], size: int, pattern: Pattern, after: str | None
) -> Iterator[Ref]:
    while batch := fetch(after):
        yield from pattern.keep(batch, lambda ref: ref.name)
        if len(batch) < size:
            return
        after = batch[-1].name


def _where(wanted: CommitFilter) -> tuple[str, tuple[object, ...]]:
    tests: list[tuple[str, object]] = [
        ("instr(properties, ?)", graph.fragment(*pair)) for pair in wanted.properties.items()
    ]
    if wanted.username is not None:
        tests.append(("instr(properties, ?)", '"bpln_username":'))
    for test, at in (("at = ?", wanted.at), ("at >= ?", wanted.since), ("at <= ?", wanted.until)):
        if at is not None:
            tests.append((test, graph.micros(at)))
    if wanted.parent is not None:
        parent = "(SELECT number FROM commits WHERE hash = ?)"
        tests.append((f"{parent} IN (parent, merged)", wanted.parent))
    return " AND ".join(test for test, _ in tests) or "1", tuple(value for _, value in tests)


def _matching(nodes: Iterator[graph.Node], wanted: CommitFilter) -> Iterator[graph.Node]:
    tests: list[tuple[str | None, Callable[[graph.Node], str]]] = [
        (wanted.message, lambda node: node.message),
        (wanted.author, lambda node: node.author),
        (wanted.email, lambda node: node.email),
        (wanted.username, lambda node: node.property("bpln_username")),
    ]
    while batch := list(islice(nodes, BATCH if any(test for test, _ in tests) else 1)):
        for text, text_of in tests:
            batch = Pattern(text).keep(batch, text_of)
        exact = wanted.properties.items()
        yield from (node for node in batch if all(node.property(k) == v for k, v in exact))


def _commit(connection: sqlite3.Connection, node: graph.Node, at: Ref) -> Commit:
    parents = [graph.by_number(connection, n).hash for n in (node.parent, node.merged) if n]
    return Commit(
        at._replace(hash=node.hash),
        node.message,
        node.author,
        node.email,
        graph.moment(node.at),
        tuple(parents),
        graph.decoded(node.properties),
    )
