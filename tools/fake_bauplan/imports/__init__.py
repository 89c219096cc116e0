"""Tables from files: make a plan, apply it, import rows, take files as an external table."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa

from fake_bauplan.catalog.types import PutTable, Table, User
from fake_bauplan.errors import BadRequest, TableExists
from fake_bauplan.imports.plan import Target, plan_text, read_plan
from fake_bauplan.jobs import Job, Jobs
from fake_bauplan.jobs.events import PlanReady
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.objects import Objects, Source
from fake_bauplan.permissions import check_write
from fake_bauplan.runs.log import RunLog
from fake_bauplan.schema import storable_schema
from fake_bauplan.storage import DataFile

IMPORTED = "imported-files"


class Imports:
    """The work of import jobs; each method is the whole of one job and raises PlatformError."""

    def __init__(self, lakehouse: Lakehouse, jobs: Jobs) -> None:
        self._lakehouse = lakehouse
        self._jobs = jobs
        self._objects = Objects(lakehouse.folder / "objects")

    def plan(self, job: Job, target: Target, search: str, partitioned_by: str) -> None:
        """Look at the files and report a plan for a table that can hold them."""
        self._lakehouse.catalog.namespace(target.branch, target.namespace)
        sources = self._objects.find(search)
        text, clean = plan_text(target, search, sources, partitioned_by)
        files = [source.uri for source in sources]
        self._jobs.append(job.id, PlanReady(self._jobs.now_ns(), text, files, clean))

    def apply(self, job: Job, user: User, text: str) -> None:
        """Make the empty table of a plan."""
        plan = read_plan(text)
        check_write(user, plan.target.branch, "CREATE_TABLE")
        change = PutTable(
            plan.target.namespace, plan.target.name, plan.schema, [], partitions=plan.partitions
        )
        self._put(job, user, plan.target, change)

    def _put(self, job: Job, user: User, target: Target, change: PutTable) -> None:
        """Commit a table that must be new, unless it may replace one."""
        catalog = self._lakehouse.catalog
        head = catalog.writable(target.branch).hash
        full_name = f"{target.namespace}.{target.name}"
        if not target.replace and full_name in {
            table.full_name for table in catalog.tables(f"@{head}")
        }:
            raise TableExists(full_name, catalog.resolve(target.branch))
        catalog.commit(
            target.branch,
            [change],
            message=f"Create table {full_name} (job {job.id})",
            author=user,
            properties={"bpln_job_id": job.id},
            expected_head=head,
        )

    def load(
        self,
        job: Job,
        user: User,
        target: Target,
        search: str,
        *,
        duplicates: bool,
        best_effort: bool,
        continue_on_error: bool,
    ) -> None:
        """Append the rows of files to a table; files that were imported before are left out."""
        check_write(user, target.branch, "IMPORT_DATA")
        full_name = f"{target.namespace}.{target.name}"
        table = self._lakehouse.catalog.table(target.branch, full_name)
        if table.kind != "TABLE":
            raise BadRequest(f"Cannot import files to read-only table '{full_name}'")
        before = json.loads(table.properties.get(IMPORTED, "[]"))
        sources = self._objects.find(search)
        fresh = [item for item in sources if duplicates or item.uri not in before]
        files, done = self._stored(job, table, fresh, best_effort, continue_on_error)
        if not files:
            return
        known = json.dumps(sorted({*before, *done}))
        change = PutTable(
            target.namespace,
            target.name,
            table.schema,
            files,
            append=True,
            partitions=table.partitions,
            properties={**table.properties, IMPORTED: known},
        )
        self._lakehouse.catalog.commit(
            target.branch,
            [change],
            message=f"Import {len(files)} files into {full_name} (job {job.id})",
            author=user,
            properties={"bpln_job_id": job.id},
        )

    def _stored(
        self, job: Job, table: Table, sources: Sequence[Source], best_effort: bool, go_on: bool
    ) -> tuple[list[DataFile], list[str]]:
        """The files in the table's columns, stored, and their URIs."""
        log, files, done = RunLog(self._jobs, job.id), [], []
        for source in sources:
            try:
                rows = fitted(source, table.schema, best_effort)
            except BadRequest as error:
                if not go_on:
                    raise
                log.system(f"skipped: {error.message}", "WARNING")
                continue
            files.append(self._lakehouse.store.put(rows))
            done.append(source.uri)
            log.system(f"imported {source.uri} ({rows.num_rows} rows)")
        return files, done

    def external(self, job: Job, user: User, target: Target, searches: Sequence[str]) -> None:
        """Make a read-only table of Parquet files."""
        check_write(user, target.branch, "CREATE_TABLE")
        sources = [source for search in searches for source in self._objects.find(search)]
        if any(source.path.suffix != ".parquet" for source in sources):
            raise BadRequest("an external table is made of Parquet files only")
        schema = storable_schema(sources[0].schema())
        files = [self._lakehouse.store.put(fitted(item, schema, True)) for item in sources]
        change = PutTable(target.namespace, target.name, schema, files, kind="EXTERNAL_TABLE")
        self._put(job, user, target, change)


def fitted(source: Source, schema: pa.Schema, best_effort: bool) -> pa.Table:
    """A file's rows in a table's columns; a column that it lacks is null. Raises BadRequest."""
    rows = source.read()
    extra = [name for name in rows.column_names if name not in schema.names]
    if extra and not best_effort:
        raise BadRequest(
            f"{source.uri} has columns that the table does not have: {', '.join(extra)}"
        )
    try:
        columns = [
            rows[field.name].cast(field.type)
            if field.name in rows.column_names
            else pa.nulls(rows.num_rows, field.type)
            for field in schema
        ]
        return pa.Table.from_arrays(columns, schema=schema)
    except (pa.ArrowException, ValueError) as error:
        raise BadRequest(f"{source.uri} does not fit the table: {error}") from error
