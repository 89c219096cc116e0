"""The lakehouse's jobs, in process: run a project, query, cancel, look back.

This is what the wire turns requests into; tests and tools call it without a socket.
"""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from fake_bauplan import engine as sql_engine
from fake_bauplan import jobs as job_store
from fake_bauplan.catalog.types import User
from fake_bauplan.engine import Engine, SqlError
from fake_bauplan.errors import BadRequest, NotAWriteBranchRef, PlatformError
from fake_bauplan.imports import Imports
from fake_bauplan.jobs import RUNNING, Job, Jobs
from fake_bauplan.jobs.events import JobFinished, ResultReady
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.permissions import check_run
from fake_bauplan.refs import Ref
from fake_bauplan.runs import Run
from fake_bauplan.runs import cache as run_cache
from fake_bauplan.runs.cache import Cache, Reuse
from fake_bauplan.runs.inputs import Tables
from fake_bauplan.runs.log import RunLog
from fake_bauplan.runs.plan import (
    Plan,
    PlanningError,
    RunRequest,
    defaults,
    make_plan,
    unpack,
)
from fake_bauplan.runs.results import Results
from fake_bauplan.runs.runner import HOSTS
from fake_bauplan.runs.writes import Writer
from fake_bauplan.schema import UnsupportedType

LOG = logging.getLogger(__name__)
JOIN_SECONDS = 10.0


class Commander:
    """Starts jobs in threads and keeps their records; `close` stops what still runs."""

    def __init__(self, lakehouse: Lakehouse) -> None:
        self.lakehouse = lakehouse
        self.engine = Engine(lakehouse.catalog, lakehouse.store)
        database = lakehouse.database("jobs", job_store.SCHEMA + run_cache.SCHEMA)
        self._cache = Cache(lakehouse.folder / "cache", database)
        self.jobs = Jobs(database, lakehouse.clock, lakehouse.ids)
        self.imports = Imports(lakehouse, self.jobs)
        self.results = Results()
        self._folder = lakehouse.folder / "runs"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._runs: dict[str, Run] = {}
        self._threads: dict[str, threading.Thread] = {}

    def run(self, user: User, request: RunRequest) -> Job:
        """Plan a project and start it; the job that is returned runs on.

        Raises PlanningError or a PlatformError when it cannot run; the job is kept as failed then.
        """
        HOSTS.start()  # it loads while the project is planned
        source = self._source(user, request)
        job = self._record_run(user, request, source)
        project, tables = self._folder / job.id / "project", self._folder / job.id / "tables"
        project.mkdir(parents=True)
        tables.mkdir()
        try:
            unpack(request.zip_file, project)
            request = self._settle_namespace(job, request, project)
            plan = make_plan(project, request, source, self.engine)
        except Exception as error:
            shutil.rmtree(project.parent)
            self._refuse(job, error)
            raise
        self._keep_graph(job, plan)
        self._launch(user, request, job, plan, project, tables)
        return self.jobs.get(job.id)

    def _source(self, user: User, request: RunRequest) -> Ref:
        """The state that a run reads, and whether it may write there."""
        source = self.engine.catalog.resolve(request.ref)
        if not request.dry_run:
            if source.kind != "BRANCH" or "@" in request.ref:
                raise NotAWriteBranchRef(request.ref)
            check_run(user, request.ref, transaction=request.transaction)
        return source

    def _record_run(self, user: User, request: RunRequest, source: Ref) -> Job:
        asked = request._replace(zip_file=b"")._asdict()
        del asked["zip_file"]
        return self.jobs.create(
            "CODE_SNAPSHOT_RUN",
            user.username,
            ref=str(source),
            branch=source.name,
            project_id=request.project_id,
            project_name=request.project_name,
            snapshot=self.jobs.keep_snapshot(request.zip_file),
            details=json.dumps({"request": asked}),
        )

    def _settle_namespace(self, job: Job, request: RunRequest, project: Path) -> RunRequest:
        """Fill in the project's namespace where the request has none, also in the record."""
        request = request._replace(namespace=request.namespace or defaults(project).namespace)
        details = json.loads(job.details)
        details["request"]["namespace"] = request.namespace
        self.jobs.update(job.id, details=json.dumps(details))
        return request

    def _refuse(self, job: Job, error: Exception) -> None:
        """Keep the job as failed, with one line for each problem."""
        expected = isinstance(error, (PlanningError, PlatformError))
        problems = error.problems if isinstance(error, PlanningError) else [error]
        log = RunLog(self.jobs, job.id)
        for problem in problems:
            log.system(str(problem), "ERROR")
        log.end(JobFinished("failure", str(error), user_error=expected))

    def _keep_graph(self, job: Job, plan: Plan) -> None:
        nodes = [model.name for model in plan.order]
        edges = [[read.table, model.name] for model in plan.order for read in model.inputs]
        details = {**json.loads(self.jobs.get(job.id).details), "nodes": nodes, "edges": edges}
        self.jobs.update(job.id, details=json.dumps(details))

    def _launch(
        self, user: User, request: RunRequest, job: Job, plan: Plan, project: Path, tables: Path
    ) -> None:
        held = Tables(tables, self.engine, plan, request)
        writer = Writer(self.engine, job, user, request)
        reuse = Reuse(self._cache, self.engine.catalog, plan, request, project)
        faults = self.lakehouse.faults
        run = Run(job, request, plan, project, held, writer, reuse, self.jobs, faults)
        self._runs[job.id] = run
        if self.jobs.get(job.id).status != RUNNING:
            run.cancel()  # it was cancelled while it was planned

        def work() -> None:
            try:
                run.execute()
            finally:
                del self._runs[job.id]
                shutil.rmtree(project.parent, ignore_errors=True)

        self._start(job, work)

    def rerun(self, user: User, job_id: str, request: RunRequest) -> Job:
        """Run the code of an earlier run again; `request` brings all but the code."""
        earlier = self.jobs.get(job_id)
        if not earlier.snapshot:
            raise BadRequest(f"job {job_id} has no code snapshot to run again")
        code = self.jobs.snapshot(earlier.snapshot)
        again = request._replace(
            zip_file=code,
            project_id=earlier.project_id,
            project_name=earlier.project_name,
            parameters=(earlier.detail("request") or {}).get("parameters", {}),
        )
        return self.run(user, again)

    def query(self, user: User, sql: str, ref: str, namespace: str) -> Job:
        """Plan a SELECT and start it; its result waits under the token of a ResultReady event.

        Raises SqlError when it cannot be planned; the job is kept as failed then.
        """
        source = self.engine.catalog.resolve(ref)
        job = self.jobs.create(
            "QUERY_RUN", user.username, ref=str(source), branch=source.name, sql=sql
        )
        try:
            frame = self.engine.prepare(sql, f"@{source.hash}", namespace)
        except SqlError as error:
            self.jobs.append(job.id, JobFinished("failure", str(error)))
            raise

        def work() -> None:
            try:
                table = sql_engine.collect(frame)
                token = self.results.put(table)
                ready = ResultReady(token, table.num_rows)
                self.jobs.append(job.id, ready, JobFinished("success", "query complete"))
            except SqlError as error:
                self.jobs.append(job.id, JobFinished("failure", str(error)))

        self._start(job, work)
        return job

    def import_job(self, kind: str, user: User, branch: str, work: Callable[[Job], None]) -> Job:
        """Start a job of `imports`; what it raises ends it. Raises RefNotFound."""
        source = self.engine.catalog.resolve(branch)
        job = self.jobs.create(kind, user.username, ref=str(source), branch=source.name)

        def whole() -> None:
            try:
                work(job)
                self.jobs.append(job.id, JobFinished("success", "done"))
            except (PlatformError, UnsupportedType) as error:
                self.jobs.append(job.id, JobFinished("failure", str(error)))

        self._start(job, whole)
        return job

    def _start(self, job: Job, work: Callable[[], None]) -> None:
        def tracked() -> None:
            try:
                work()
            except Exception as error:
                message = f"an internal error occurred: {type(error).__name__}: {error}"
                self.jobs.append(job.id, JobFinished("failure", message, user_error=False))
                LOG.exception("job %s failed by a bug", job.id)
            finally:
                self._threads.pop(job.id, None)

        thread = threading.Thread(target=tracked, name=f"job-{job.id}")
        self._threads[job.id] = thread
        thread.start()

    def cancel(self, job_id: str) -> Job:
        """Stop a job that runs; raises JobNotFound, and BadRequest for one that has ended."""
        job = self.jobs.get(job_id)
        if job.status != RUNNING:
            raise BadRequest(f"job {job_id} is not running: it is {job.status.lower()}")
        self.jobs.append(job_id, JobFinished("cancelled", "cancelled by the user"))
        run = self._runs.get(job_id)
        if run is not None:
            run.cancel()
        return self.jobs.get(job_id)

    def wait(self, job_id: str) -> Job:
        """The job when it has ended."""
        thread = self._threads.get(job_id)
        if thread is not None:
            thread.join()
        return self.jobs.get(job_id)

    def close(self) -> None:
        """Stop every run and wait for the threads."""
        for run in list(self._runs.values()):
            run.cancel()
        for thread in list(self._threads.values()):
            thread.join(JOIN_SECONDS)
