"""What a run writes: its transaction branch, one commit for each materialised table, the merge."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from fake_bauplan.catalog.types import Partition, PutTable, User
from fake_bauplan.engine import Engine, SqlError
from fake_bauplan.jobs import Job
from fake_bauplan.refs import Ref, zone
from fake_bauplan.runs.inputs import Tables, TaskFailed
from fake_bauplan.runs.plan import RunRequest
from fake_bauplan.schema import storable_schema
from pipeline_guard.project import Model


class Written(NamedTuple):
    """A materialised table: its full name, the rows that were put, the commit that holds it."""

    table: str
    rows: int
    commit: str


class Writer:
    """Writes for one job; every commit carries the property `bpln_job_id`."""

    def __init__(self, engine: Engine, job: Job, user: User, request: RunRequest) -> None:
        self._engine = engine
        self._job = job
        self._user = user
        self._request = request
        self._properties = {"bpln_job_id": job.id}
        self.branch = ""

    def open(self, source: Ref) -> None:
        """Choose the branch to write: none in a dry run, else a new transaction branch."""
        if self._request.dry_run:
            return
        self.branch = self._request.ref
        if self._request.transaction:
            self.branch = transaction_branch(self._user, self._request.ref, "run", self._job)
            self._engine.catalog.create_branch(self.branch, str(source))

    @property
    def transaction(self) -> str:
        """The transaction branch, or an empty string."""
        return self.branch if self.branch != self._request.ref else ""

    def merge(self) -> Ref:
        """Merge the transaction branch into the branch of the run, and drop it."""
        return self._engine.catalog.merge(
            self.transaction,
            self._request.ref,
            author=self._user,
            properties=self._properties,
            delete_source=True,
        )

    def write(self, model: Model, table: pa.Table, tables: Tables) -> Written | None:
        """Write a result as one commit; None for a model that is not materialised."""
        if model.materialization == "NONE" or not self.branch:
            return None
        namespace, _, name = model.name.rpartition(".")
        namespace = namespace or self._request.namespace
        full_name = f"{namespace}.{name}"
        if model.materialization == "OVERWRITE_PARTITIONS":
            table = _with_kept_rows(model, table, tables, full_name)
        change = PutTable(
            namespace,
            name,
            storable_schema(table.schema),
            [self._engine.store.put(table)],
            append=model.materialization == "APPEND",
            partitions=[partition(text) for text in model.partitioned_by],
        )
        commit = self._engine.catalog.commit(
            self.branch,
            [change],
            message=f"Write {full_name} (job {self._job.id})",
            author=self._user,
            properties=self._properties,
        )
        return Written(full_name, table.num_rows, commit.hash)


def transaction_branch(user: User, branch: str, command: str, job: Job) -> str:
    """`<user>.<branch>-bpln-tx-<command>-<yyyymmddhhmmss>-<job id>` (source: client examples)."""
    own = branch.partition(".")[2] if zone(branch) == user.username else branch
    stamp = "".join(character for character in job.created[:19] if character.isdigit())
    return f"{user.username}.{own}-bpln-tx-{command}-{stamp}-{job.id}"


def partition(text: str) -> Partition:
    """`YEAR(column)` or `column` as a partition of a table."""
    function, bracket, rest = text.strip().partition("(")
    if not bracket:
        return Partition(function, "identity")
    return Partition(rest.rstrip(")").split(",")[0].strip(), function.strip().lower())


def _with_kept_rows(model: Model, table: pa.Table, tables: Tables, full_name: str) -> pa.Table:
    """For OVERWRITE_PARTITIONS: the rows of the table that stay, then the new ones."""
    if not model.partitioned_by or not model.overwrite_filter:
        raise TaskFailed("OVERWRITE_PARTITIONS needs partitioned_by and overwrite_filter")
    if not tables.in_lake(full_name):
        return table
    try:
        kept = tables.rows_without(full_name, model.overwrite_filter)
        return pa.concat_tables([kept, table.cast(kept.schema)])
    except (SqlError, pa.ArrowInvalid, ValueError) as error:
        raise TaskFailed(f"cannot overwrite partitions of {full_name}: {error}") from error
