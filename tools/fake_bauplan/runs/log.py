"""What a run says: its tasks and its lines, as events of its job."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa

from fake_bauplan.jobs import Jobs
from fake_bauplan.jobs.events import (
    JobFinished,
    Log,
    PreviewColumn,
    Task,
    TaskFinished,
    TaskStarted,
)
from pipeline_guard.project import Model

PREVIEW_ROWS = 5
TYPES = {
    "python": ("USER_CODE_PYTHON", "Python model"),
    "sql": ("USER_CODE_SQL", "SQL model"),
    "expectation": ("USER_CODE_EXPECTATION", "Expectation"),
}
Level = Literal["ERROR", "WARNING", "INFO"]


class RunLog:
    """The events of one job."""

    def __init__(self, jobs: Jobs, job_id: str) -> None:
        self._jobs = jobs
        self._job_id = job_id

    def system(self, message: str, level: Level = "INFO") -> None:
        """A line of the platform, shown by `job logs --system`."""
        line = Log(self._jobs.now_ns(), level, "STDOUT", False, message)
        self._jobs.append(self._job_id, line)

    def printed(self, stream: str, line: str, task: Task) -> None:
        """A line that user code printed."""
        at = self._jobs.now_ns()
        to: Literal["STDOUT", "STDERR"] = "STDERR" if stream == "STDERR" else "STDOUT"
        self._jobs.append(self._job_id, Log(at, "INFO", to, True, line, task))

    def problem(self, text: str, task: Task, level: Level) -> None:
        """A traceback or a warning about user code, one event for each of its lines."""
        at = self._jobs.now_ns()
        lines = [Log(at, level, "STDERR", True, line, task) for line in text.splitlines()]
        self._jobs.append(self._job_id, *lines)

    def started(self, task: Task) -> None:
        """A task begins."""
        self._jobs.append(self._job_id, TaskStarted(task, self._jobs.now_ns()))

    def succeeded(self, task: Task, preview: list[PreviewColumn]) -> None:
        """A task is done."""
        event = TaskFinished(task, self._jobs.now_ns(), "success", preview=preview)
        self._jobs.append(self._job_id, event)

    def failed(self, task: Task, message: str, trace: str, fatal: bool) -> None:
        """A task failed; where that is not `fatal` the run goes on."""
        event = TaskFinished(task, self._jobs.now_ns(), "failure", message, fatal, trace)
        self._jobs.append(self._job_id, event)

    def end(self, event: JobFinished) -> None:
        """The last event."""
        self._jobs.append(self._job_id, event)


def task_of(model: Model) -> Task:
    """The task that runs a model or an expectation."""
    kind, description = TYPES[model.kind]
    return Task(
        f"{model.kind}-{model.name}",
        model.name,
        "dag",
        kind,
        description,
        model.function or model.name,
        model.name,
        model.file,
        model.line,
    )


def previewed(table: pa.Table | None, mode: str) -> list[PreviewColumn]:
    """The first or last rows of a result as text; empty when no preview is wanted."""
    if table is None or mode in ("", "off"):
        return []
    start = max(table.num_rows - PREVIEW_ROWS, 0) if mode == "tail" else 0
    part = table.slice(start, PREVIEW_ROWS)
    return [
        PreviewColumn(field.name, str(field.type), [str(value) for value in part[field.name]])
        for field in part.schema
    ]
