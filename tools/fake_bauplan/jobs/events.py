"""What a job reports while it runs, as plain values that can be stored and sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

Outcome = Literal["success", "failure", "cancelled", "timeout", "skipped"]


class Task(NamedTuple):
    """A step of a job: `level` is `dag` for the user's models, `system` for everything around."""

    id: str
    name: str
    level: Literal["dag", "system"] = "system"
    type: str = ""
    description: str = ""
    function: str = ""
    model: str = ""
    file: str = ""
    line: int = 0


class PreviewColumn(NamedTuple):
    """One column of a preview, its values as text."""

    name: str
    type: str
    values: list[str]


class TaskStarted(NamedTuple):
    """A task began at `at` (nanoseconds since 1970)."""

    task: Task
    at: int


class TaskFinished(NamedTuple):
    """A task ended; a failure that is not `fatal` lets the job go on."""

    task: Task
    at: int
    outcome: Outcome
    message: str = ""
    fatal: bool = True
    trace: str = ""
    preview: Sequence[PreviewColumn] = ()


class Log(NamedTuple):
    """One line of output; `user` lines come from the user's code, the others from the platform."""

    at: int
    level: Literal["ERROR", "WARNING", "DEBUG", "INFO", "TRACE"]
    stream: Literal["STDOUT", "STDERR"]
    user: bool
    message: str
    task: Task | None = None


class ResultReady(NamedTuple):
    """A query's result can be fetched over Arrow Flight with `token`."""

    token: str
    rows: int


class PlanReady(NamedTuple):
    """A plan for a new table was made from files."""

    at: int
    yaml: str
    files: list[str]
    can_auto_apply: bool


class JobFinished(NamedTuple):
    """The last event of every job; `user_error` says whose fault a failure was."""

    outcome: Outcome
    message: str = ""
    trace: str = ""
    user_error: bool = True


Event = TaskStarted | TaskFinished | Log | ResultReady | PlanReady | JobFinished
KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (TaskStarted, TaskFinished, Log, ResultReady, PlanReady, JobFinished)
}


def encode(event: Event) -> str:
    """An event as JSON: its type's name, then its fields."""
    return json.dumps([type(event).__name__, *event], separators=(",", ":"))


def decode(text: str) -> Event:
    """The event that `encode` wrote."""
    name, *values = json.loads(text)
    fields = dict(zip(KINDS[name]._fields, values, strict=False))
    if fields.get("task") is not None:
        fields["task"] = Task(*fields["task"])
    if "preview" in fields:
        fields["preview"] = [PreviewColumn(*column) for column in fields["preview"]]
    event: Event = KINDS[name](**fields)
    return event
