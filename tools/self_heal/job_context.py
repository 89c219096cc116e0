"""What the platform remembers of a job: the data it read and the code it ran.

The command line does not show it; the Python SDK (0.3) does, as an experimental call. Reports are
checked against it where it can be had.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline_guard.project import healing_code
from self_heal.errors import BauplanRefused, MissingProgram


class JobContext(NamedTuple):
    """`ref` is `branch@hash`, empty where unknown; `files` the project's files, name to text."""

    ref: str
    files: Mapping[str, str]


def read(job: str) -> JobContext:
    """The context of a job, asked with the person's own account.

    Raises MissingProgram without an SDK that can tell, BauplanRefused when the platform does not.
    """
    try:
        import bauplan
    except ImportError as error:
        raise MissingProgram("There is no bauplan SDK beside self-heal.") from error
    client = bauplan.Client()
    if not hasattr(client, "get_job_context"):
        raise MissingProgram("This version of the bauplan SDK tells nothing of a job's code.")
    try:
        found = client.get_job_context(job, include_snapshot=True)
    except bauplan.exceptions.BauplanError as error:
        raise BauplanRefused(f"The platform tells nothing of job {job}: {error}") from error
    return JobContext(found.ref or "", dict(found.snapshot_dict))


def differing(
    context: JobContext, repo: str, project: str, marks: Sequence[str]
) -> tuple[str, ...]:
    """The files of the job's code that git has not as they ran, in the code before the healing.

    `marks` tell the healing's commits, as in `healing_code`; without any HEAD is compared.
    """
    commit = healing_code.first_commit(repo, marks) or "HEAD"
    with tempfile.TemporaryDirectory(prefix="self-heal-") as name:
        folder = str(Path(project).relative_to(repo))
        found = healing_code.check_out(repo, commit, folder, name)
        return tuple(
            file
            for file, text in sorted(context.files.items())
            if not found or _text(Path(found) / file) != text
        )


def _text(path: Path) -> str | None:
    return path.read_bytes().decode(errors="replace") if path.is_file() else None
