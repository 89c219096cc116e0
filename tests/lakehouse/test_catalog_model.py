"""The catalog against a small model of its rules: any sequence of calls gives the same answers.

The model keeps, for each commit, its parents and its content (name -> number of a write) in plain
dictionaries. Merge bases are found by brute force over all ancestors.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from fake_bauplan import errors
from fake_bauplan.catalog.types import DropTable, PutNamespace, PutTable
from fake_bauplan.lakehouse import Lakehouse

SCHEMA = pa.schema([pa.field("x", pa.int64())])
NAMES = st.sampled_from([f"demo.{letter}" for letter in "abcd"])
TABLES = st.sampled_from(["one", "two", "three"])

Content = dict[str, int]


class Made(NamedTuple):
    """A commit of the model: its parents' numbers and its content."""

    parents: tuple[int, ...]
    content: Content


class Model:
    """Branches and commits by the rules alone; commits are numbered as they are made."""

    def __init__(self) -> None:
        self.commits = [Made((), {})]
        self.heads = {"main": 0}

    def add(self, branch: str, content: Content, merged: int | None = None) -> int:
        """A new commit on a branch."""
        parents = (self.heads[branch],) if merged is None else (self.heads[branch], merged)
        self.commits.append(Made(parents, content))
        self.heads[branch] = len(self.commits) - 1
        return self.heads[branch]

    def content(self, branch: str) -> Content:
        """What a branch holds."""
        return dict(self.commits[self.heads[branch]].content)

    def ancestors(self, commit: int) -> set[int]:
        """All that is reachable, the commit too."""
        above = [self.ancestors(parent) for parent in self.commits[commit].parents]
        return {commit}.union(*above)

    def history(self, commit: int) -> list[int]:
        """The commit and its first-parent ancestors, newest first."""
        line = [commit]
        while self.commits[line[-1]].parents:
            line.append(self.commits[line[-1]].parents[0])
        return line

    def merge(self, source: int, into: str) -> Content | None:
        """The merged content; None in conflict."""
        shared = self.ancestors(source) & self.ancestors(self.heads[into])
        base = self.commits[max(shared)].content
        ours, theirs = self.commits[self.heads[into]].content, self.commits[source].content
        merged: Content = {}
        for name in {*base, *ours, *theirs}:
            was, here, there = base.get(name), ours.get(name), theirs.get(name)
            if here != there and here != was and there != was:
                return None
            now = there if here == was else here
            if now is not None:
                merged[name] = now
        return merged


class CatalogMachine(RuleBasedStateMachine):
    """Calls both, and compares what they answer and what they then hold."""

    made = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.house = Lakehouse(Path(self.folder.name) / "lakehouse", seed=1)
        self.catalog = self.house.catalog
        self.model = Model()
        self.writes = 0
        self.snapshots: dict[int, int] = {}
        self.hashes = [self.catalog.resolve("main").hash]

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.house.close()
        self.folder.cleanup()

    @initialize(target=made)
    def root(self) -> int:
        """The commit that is there from the start."""
        return 0

    @rule(name=NAMES, at=made)
    def create(self, name: str, at: int) -> None:
        """A branch can start at any commit."""
        try:
            self.catalog.create_branch(name, f"@{self.hashes[at]}")
        except errors.RefExists:
            assert name in self.model.heads
        else:
            assert name not in self.model.heads
            self.model.heads[name] = at

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        """A deleted name is free again."""
        try:
            self.catalog.delete_branch(name)
        except errors.BranchNotFound:
            assert name not in self.model.heads
        else:
            del self.model.heads[name]

    @rule(target=made, name=NAMES | st.just("main"), table=TABLES)
    def put(self, name: str, table: str) -> int:
        """A write is one commit with one more snapshot."""
        put = PutTable("bauplan", table, SCHEMA, [])
        try:
            done = self.catalog.commit(name, [put], message="put", author=self.house.owner)
        except errors.BranchNotFound:
            assert name not in self.model.heads
            return 0
        self.writes += 1
        written = self.catalog.table(name, f"bauplan.{table}")
        self.snapshots[self.writes] = written.snapshot_id
        return self.follow(done.hash, name, {**self.model.content(name), table: self.writes})

    @rule(target=made, name=NAMES | st.just("main"), table=TABLES)
    def drop(self, name: str, table: str) -> int:
        """Only a table that is there can be dropped."""
        drop = DropTable("bauplan", table)
        try:
            done = self.catalog.commit(name, [drop], message="drop", author=self.house.owner)
        except errors.BranchNotFound:
            assert name not in self.model.heads
            return 0
        except errors.TableNotFound:
            assert table not in self.model.content(name)
            return 0
        content = self.model.content(name)
        del content[table]
        return self.follow(done.hash, name, content)

    @rule(target=made, at=made, into=NAMES | st.just("main"))
    def merge(self, at: int, into: str) -> int:
        """A merge goes through exactly when the model's does."""
        before = self.model.heads.get(into)
        try:
            done = self.catalog.merge(f"@{self.hashes[at]}", into, author=self.house.owner)
        except errors.BranchNotFound:
            assert before is None
            return 0
        except errors.MergeConflict:
            assert self.model.merge(at, into) is None
            return 0
        assert before is not None
        if at in self.model.ancestors(before):
            assert done.hash == self.hashes[before]
            return before
        merged = self.model.merge(at, into)
        assert merged is not None
        return self.follow(done.hash, into, merged, at)

    @rule(stale=consumes(made), name=NAMES | st.just("main"))
    def write_on_what_was_seen(self, stale: int, name: str) -> None:
        """An optimistic write goes through exactly when the head is the one that was seen."""
        moved = self.model.heads.get(name) != stale
        try:
            done = self.catalog.commit(
                name,
                [PutNamespace("bauplan", exists_ok=True)],
                message="same",
                author=self.house.owner,
                expected_head=self.hashes[stale],
            )
        except errors.BranchNotFound:
            assert name not in self.model.heads
        except errors.BranchHeadChanged:
            assert moved
        else:
            assert not moved
            self.follow(done.hash, name, self.model.content(name))

    def follow(self, commit: str, name: str, content: Content, merged: int | None = None) -> int:
        """Let the model do what the catalog did."""
        self.hashes.append(commit)
        return self.model.add(name, content, merged)

    @invariant()
    def the_same_branches_hold_the_same(self) -> None:
        """Every branch is where the model says, with the same snapshots."""
        branches = {ref.name: ref.hash for ref in self.catalog.names("BRANCH").items}
        assert branches == {name: self.hashes[at] for name, at in self.model.heads.items()}
        for name in branches:
            held = {table.name: table.snapshot_id for table in self.catalog.tables(name)}
            content = self.model.content(name)
            assert held == {table: self.snapshots[write] for table, write in content.items()}

    @invariant()
    def histories_are_the_same(self) -> None:
        """Every history is that of first parents."""
        for name, at in self.model.heads.items():
            history = [commit.hash for commit in self.catalog.commits(name).items]
            assert history == [self.hashes[one] for one in self.model.history(at)]

    @invariant()
    def a_pinned_ref_is_found_exactly_in_its_branchs_history(self) -> None:
        """`branch@hash` holds for the branch's own commits only."""
        at = self.model.heads["main"]
        for number, commit in enumerate(self.hashes[-5:], start=max(0, len(self.hashes) - 5)):
            try:
                self.catalog.resolve(f"main@{commit}")
                found = True
            except errors.RefNotFound:
                found = False
            assert found == (number in self.model.history(at))


TestCatalog = CatalogMachine.TestCase
TestCatalog.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
