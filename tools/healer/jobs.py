"""The job that a person names, looked at before anything is spent on it."""

from __future__ import annotations

import re

from self_heal import bauplan
from self_heal.errors import BadInput

_FAILED = ("fail", "abort", "error", "timeout")
_COMPLETE = "complete"
_ID = re.compile(r"\w[\w-]*")


def check(job: str, wrong_results: bool) -> None:
    """Refuse a job that there is nothing to heal about: BadInput, with what is right instead.

    With `wrong_results` it has to be one that ran green. BauplanRefused where there is no such
    job, or no platform.
    """
    status = _status(job)
    if wrong_results and status != _COMPLETE:
        raise BadInput(f"Job {job} is {status}, not complete: leave --wrong-results out.")
    if not wrong_results and status == _COMPLETE:
        raise BadInput(
            f"Job {job} did not fail: it is complete. If its results are wrong, say so by "
            "--wrong-results."
        )
    if status != _COMPLETE and not status.startswith(_FAILED):
        raise BadInput(f"Job {job} has not ended: it is {status}. Wait for its end.")


def _status(job: str) -> str:
    if not _ID.fullmatch(job):
        raise BadInput(f"{job!r} is no job id: `bauplan job ls` lists them.")
    found = bauplan.records("job", "get", job)
    row = found[0] if isinstance(found, list) and found else found
    return str(row.get("status", "")).casefold() if isinstance(row, dict) else ""
