"""The catalog: a commit graph over tables, with branches and tags, every change one transaction.

It knows no permissions (`permissions.py` does) and no protocol. All names are full names. Every method
may be called from any thread. Errors are those of `errors.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fake_bauplan.catalog_types import (
    Branch,
    Change,
    Commit,
    CommitFilter,
    Table,
    User,
)
from fake_bauplan.clock import Clock
from fake_bauplan.database import Database
from fake_bauplan.ids import Ids
from fake_bauplan.refs import Ref


class Catalog:
    """One catalog in one database; `main` exists from the first commit on, with namespace `bauplan`."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None: ...

    def resolve(self, ref: str) -> Ref:
        """`branch`, `branch@hash`, `@hash` or a tag -> what it is now.

        Raises InvalidRef, RefNotFound (also when the hash is not in the branch's own history).
        """
        raise NotImplementedError

    def branch(self, name: str) -> Branch:
        """A branch by name; raises BranchNotFound, NotABranchRef."""
        raise NotImplementedError

    def create_branch(self, name: str, from_ref: str) -> Branch:
        """A new branch at a ref (also `@hash`); raises RefExists, InvalidRef, RefNotFound."""
        raise NotImplementedError

    def delete_branch(self, name: str) -> Branch:
        """Remove the name; its commits stay and `@hash` still finds them."""
        raise NotImplementedError

    def table(self, ref: str, full_name: str) -> Table:
        """A table by `namespace.name`; raises TableNotFound."""
        raise NotImplementedError

    def tables(self, ref: str, namespace: str | None = None) -> list[Table]:
        """The tables at a ref, by full name."""
        raise NotImplementedError

    def namespaces(self, ref: str) -> list[str]:
        """The namespaces at a ref, by name."""
        raise NotImplementedError

    def commits(self, ref: str, wanted: CommitFilter | None = None, limit: int = 10) -> list[Commit]:
        """A ref's history along first parents, newest first."""
        raise NotImplementedError

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

        With `expected_head` (64 hex) a branch that moved raises BranchHeadChanged. The commit carries
        `properties` (such as `bpln_job_id`) beside `bpln_username` and `bpln_user_id`.
        """
        raise NotImplementedError

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
        """Merge a ref into a branch: a commit with two parents, or nothing when all is there already.

        Three-way by table and namespace; raises MergeConflict. `delete_source` drops the source branch
        in the same transaction: how a transactional run ends.
        """
        raise NotImplementedError
