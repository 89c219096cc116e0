"""The catalog: a commit graph over tables, with branches and tags, every change one transaction.

It knows no permissions (`permissions.py` does) and no protocol. All names are full names. Every
method may be called from any thread. Errors are those of `errors.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fake_bauplan.catalog import graph, trees
from fake_bauplan.catalog import refs as names
from fake_bauplan.catalog.changes import Scene, apply, merged
from fake_bauplan.catalog.read import CatalogReader, resolve
from fake_bauplan.catalog.types import DEFAULT_NAMESPACE, Branch, Change, Commit, User
from fake_bauplan.clock import Clock
from fake_bauplan.database import Database
from fake_bauplan.errors import BranchHeadChanged, MergeConflict
from fake_bauplan.ids import Ids
from fake_bauplan.refs import MAIN, Kind, Ref

SCHEMA = names.SCHEMA + graph.SCHEMA + trees.SCHEMA
NOBODY = User("", "bauplan", "Bauplan", "", "")


class _Heads(NamedTuple):
    source: Ref
    into: Ref
    ours: graph.Node
    theirs: graph.Node


class Catalog(CatalogReader):
    """One catalog in one database; it begins with `main` and in it the namespace `bauplan`."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        super().__init__(database)
        self._clock = clock
        self._ids = ids
        with database.write() as connection:
            if names.find(connection, MAIN) is None:
                tree = trees.save(connection, {DEFAULT_NAMESPACE: trees.NAMESPACE})
                root = graph.add(connection, None, None, self._written(tree, "Create main", NOBODY))
                names.create(connection, "BRANCH", MAIN, root.hash)

    def create_branch(self, name: str, from_ref: str) -> Branch:
        """A new branch at a ref (also `@hash`); raises RefExists, InvalidRef, RefNotFound."""
        return self._create("BRANCH", name, from_ref)

    def create_tag(self, name: str, from_ref: str) -> Branch:
        """A new tag at a ref; raises as `create_branch`."""
        return self._create("TAG", name, from_ref)

    def _create(self, kind: Kind, name: str, from_ref: str) -> Branch:
        with self._database.write() as connection:
            ref = names.create(connection, kind, name, resolve(connection, from_ref).hash)
        return Branch(ref.name, ref.hash)

    def delete_branch(self, name: str) -> Branch:
        """Remove the name; its commits stay and `@hash` still finds them."""
        with self._database.write() as connection:
            ref = names.branch(connection, name)
            names.delete(connection, name)
        return Branch(ref.name, ref.hash)

    def delete_tag(self, name: str) -> Branch:
        """Remove a tag; raises TagNotFound, NotATagRef."""
        with self._database.write() as connection:
            ref = names.tag(connection, name)
            names.delete(connection, name)
        return Branch(ref.name, ref.hash)

    def rename_branch(self, name: str, new_name: str) -> Branch:
        """The same branch under another name; raises BranchNotFound, RefExists, InvalidRef."""
        with self._database.write() as connection:
            ref = names.rename(connection, names.branch(connection, name), new_name)
        return Branch(ref.name, ref.hash)

    def rename_tag(self, name: str, new_name: str) -> Branch:
        """The same tag under another name; raises TagNotFound, NotATagRef, RefExists."""
        with self._database.write() as connection:
            ref = names.rename(connection, names.tag(connection, name), new_name)
        return Branch(ref.name, ref.hash)

    def commit(
        self,
        branch: str,
        changes: Sequence[Change],
        *,
        message: str,
        author: User,
        properties: Mapping[str, str] | None = None,
        expected_head: str | None = None,
    ) -> Commit:
        """Apply all changes to a branch as one new commit, or none of them.

        With `expected_head` (64 hex) a branch that moved raises BranchHeadChanged. The commit
        carries `properties` (such as `bpln_job_id`) beside who the author is.
        """
        with self._database.write() as connection:
            head = self._head(connection, branch, expected_head)
            parent = graph.by_hash(connection, head.hash, branch)
            tree = trees.load(connection, parent.tree)
            apply(tree, changes, Scene(connection, head, self._clock.now(), self._ids))
            written = self._written(trees.save(connection, tree), message, author, properties)
            node = graph.add(connection, parent, None, written)
            names.move(connection, branch, node.hash)
        return (
            self.commits(f"@{node.hash}", limit=1)
            .items[0]
            ._replace(ref=Ref("BRANCH", branch, node.hash))
        )

    def merge(
        self,
        source: str,
        into: str,
        *,
        author: User,
        message: str | None = None,
        properties: Mapping[str, str] | None = None,
        expected_head: str | None = None,
        delete_source: bool = False,
    ) -> Ref:
        """Merge a ref into a branch: a commit with two parents, or nothing when all is there.

        Three-way by table and namespace; raises MergeConflict. `delete_source` drops the source
        branch in the same transaction: how a transactional run ends.
        """
        with self._database.write() as connection:
            heads = self._heads(connection, source, into, expected_head)
            tree = self._merged_tree(connection, heads)
            ref = heads.into
            if tree is not None:
                said = message or f"Merge {source} into {into}"
                written = self._written(trees.save(connection, tree), said, author, properties)
                node = graph.add(connection, heads.ours, heads.theirs, written)
                names.move(connection, into, node.hash)
                ref = ref._replace(hash=node.hash)
            if delete_source:
                names.delete(connection, names.branch(connection, source).name)
        return ref

    def _heads(
        self, connection: sqlite3.Connection, source: str, into: str, expected_head: str | None
    ) -> _Heads:
        target = self._head(connection, into, expected_head)
        ref = resolve(connection, source)
        ours = graph.by_hash(connection, target.hash, into)
        return _Heads(ref, target, ours, graph.by_hash(connection, ref.hash, source))

    def _merged_tree(self, connection: sqlite3.Connection, heads: _Heads) -> trees.Tree | None:
        base = graph.merge_base(connection, heads.ours, heads.theirs)
        if base.number == heads.theirs.number:
            return None
        tree, conflicts = merged(
            *(trees.load(connection, node.tree) for node in (base, heads.ours, heads.theirs))
        )
        if conflicts:
            raise MergeConflict(heads.source, heads.into, conflicts)
        return tree

    def _head(self, connection: sqlite3.Connection, branch: str, expected: str | None) -> Ref:
        head = names.write_branch(connection, branch)
        if expected is not None and expected != head.hash:
            raise BranchHeadChanged(head._replace(hash=expected), head)
        return head

    def _written(
        self, tree: str, message: str, author: User, properties: Mapping[str, str] | None = None
    ) -> graph.Written:
        known = {
            "bpln_organization_id": author.organization_id,
            "bpln_user_id": author.id,
            "bpln_username": author.username,
        }
        said = {key: value for key, value in known.items() if author.id}
        said.update(properties or {})
        return graph.Written(tree, message, author.full_name, author.email, self._clock.now(), said)
