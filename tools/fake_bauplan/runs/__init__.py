"""Runs: execute a plan on a transaction branch, merge on success, keep what was written on failure.

Models run one after another in the order of the plan, so that logs and commits repeat.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pyarrow as pa

from fake_bauplan.errors import PlatformError
from fake_bauplan.faults import Faults, Injected
from fake_bauplan.jobs import Job, Jobs
from fake_bauplan.jobs.events import JobFinished, Task
from fake_bauplan.runs import tasks as run_tasks
from fake_bauplan.runs.cache import Reuse
from fake_bauplan.runs.inputs import Tables, TaskFailed
from fake_bauplan.runs.log import RunLog, previewed, task_of
from fake_bauplan.runs.plan import Plan, RunRequest
from fake_bauplan.runs.runner import HOSTS, Process
from fake_bauplan.runs.writes import Writer
from pipeline_guard.project import Model

PIP_SWITCH = "executor.pip-install-error"


class Cancelled(Exception):
    """The job was cancelled while it ran."""


class _Internal(Exception):
    """The platform failed, not the user's code."""


class RunFailed(Exception):
    """A model failed the run; the message names it."""

    def __init__(self, message: str, trace: str) -> None:
        super().__init__(message)
        self.trace = trace


class Run:
    """One run of a planned project, from its transaction branch to its end."""

    def __init__(
        self,
        job: Job,
        request: RunRequest,
        plan: Plan,
        project: Path,
        tables: Tables,
        writer: Writer,
        reuse: Reuse,
        jobs: Jobs,
        faults: Faults,
    ) -> None:
        self._job = job
        self._request = request
        self._plan = plan
        self._project = project
        self._tables = tables
        self._writer = writer
        self._reuse = reuse
        self._jobs = jobs
        self._faults = faults
        self._log = RunLog(jobs, job.id)
        self._process: Process | None = None
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Stop as soon as possible: the processes of models are killed."""
        self._cancelled.set()
        self._kill()

    def execute(self) -> None:
        """Run every model in order, and end the job. Only a bug of the lakehouse is raised."""
        try:
            self._execute()
            self._log.end(JobFinished("success", "run complete"))
        except Cancelled:
            self._log.end(JobFinished("cancelled", "cancelled by the user"))
        except RunFailed as error:
            self._log.end(JobFinished("failure", str(error), error.trace))
        except (Injected, _Internal) as error:
            message = f"an internal error occurred: {error}"
            self._log.end(JobFinished("failure", message, user_error=False))
        except PlatformError as error:
            self._log.end(JobFinished("failure", error.message))

    def _execute(self) -> None:
        self._writer.open(self._plan.source)
        if self._writer.transaction:
            self._jobs.update(self._job.id, transaction_branch=self._writer.transaction)
            self._log.system(f"opened {self._writer.transaction} from {self._plan.source}")
        for model in self._plan.order:
            self._stop_if_cancelled()
            self._task(model)
        self._stop_if_cancelled()
        if self._writer.transaction:
            merged = self._writer.merge()
            self._log.system(f"merged {self._writer.transaction} into {merged}")

    def _stop_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled

    def _kill(self) -> None:
        process = self._process
        if process is not None:
            process.kill()

    def _task(self, model: Model) -> None:
        """Run one model, from its inputs to its commit."""
        task = task_of(model)
        self._log.started(task)
        self._inject(model)
        try:
            table = self._result(model, task)
            if table is not None:
                self._write(model, table)
            self._log.succeeded(task, previewed(table, self._request.preview))
        except TaskFailed as error:
            self._stop_if_cancelled()
            self._fail(model, task, error)

    def _inject(self, model: Model) -> None:
        """Fail or hang here where a fault, or the client's own test switch, asks for it."""
        name = f"model:{model.name}"
        self._faults.strike(name)
        if model.kind != "sql" and self._request.arguments.get(PIP_SWITCH) == "true":
            raise _Internal("the packages could not be installed")
        if self._faults.take(name, "hang"):
            self._cancelled.wait()
            raise Cancelled

    def _fail(self, model: Model, task: Task, error: TaskFailed) -> None:
        """Report a failure; one that does not count in this run is a warning."""
        fatal = self._request.strict or not error.soft
        self._log.problem(error.trace or str(error), task, "ERROR" if fatal else "WARNING")
        what = "expectation" if model.kind == "expectation" else "model"
        message = f"{what} '{model.name}' failed: {error}"
        self._log.failed(task, message, error.trace, fatal)
        if fatal:
            raise RunFailed(message, error.trace)

    def _result(self, model: Model, task: Task) -> pa.Table | None:
        path = self._tables.path(model.name)
        if self._reuse.find(model, path):
            self._log.system(f"the result of '{model.name}' is that of an earlier run (cache)")
            table = self._tables.kept(model)
            self._check(model, task, table)
            return table
        computed = self._compute(model, task)
        if computed is None:
            return None
        self._check(model, task, computed)
        table = self._tables.keep(model, computed)
        self._reuse.keep(model, path)
        return table

    def _compute(self, model: Model, task: Task) -> pa.Table | None:
        if model.kind == "sql":
            return run_tasks.run_sql(model, self._tables)
        return self._call(model, task)

    def _call(self, model: Model, task: Task) -> pa.Table | None:
        def sink(stream: str, line: str) -> None:
            self._log.printed(stream, line, task)

        process = self._process = HOSTS.start(self._plan.programs[model.name]).fork()
        self._stop_if_cancelled()
        try:
            return run_tasks.run_python(
                model, process, self._project, self._tables, self._request, sink
            )
        finally:
            self._process = None
            process.close()

    def _check(self, model: Model, task: Task, table: pa.Table) -> None:
        try:
            run_tasks.check_output(model, table, self._plan)
        except TaskFailed as error:
            if self._request.strict or not error.soft:
                raise
            self._log.problem(f"warning: {error}", task, "WARNING")

    def _write(self, model: Model, table: pa.Table) -> None:
        written = self._writer.write(model, table, self._tables)
        if written is not None:
            self._log.system(
                f"materialized {written.table} ({written.rows} rows) in commit {written.commit}"
            )
