"""The code of a healing without git: the disk has it as it failed, the platform as it ran last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pipeline_guard.project import sent
from self_heal import bauplan, job_context


class Rerun(NamedTuple):
    """The last run that wrote to the debug branch: its job, and its files that the disk has not."""

    job: str = ""
    sent: Mapping[str, str] = {}


NONE = Rerun()


def last_rerun(job: str, project: str) -> Rerun:
    """What ran last on the debug branch of the healing of `job`; NONE where nothing has.

    Raises MissingProgram and BauplanRefused where the platform cannot tell.
    """
    branch = bauplan.debug_branch(job).partition("@")[0]
    listed = bauplan.records("commit", branch, "--max-count", "20") if branch else []
    jobs = [str((row.get("properties") or {}).get("bpln_job_id", "")) for row in listed]
    for name in dict.fromkeys(filter(None, jobs)):
        context = job_context.read(name)
        if context.ref.partition("@")[0] == branch:
            return Rerun(name, sent.changed(project, context.files))
    return NONE
