"""What a `bauplan run` of this session was, and whether its job is complete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from pipeline_guard import account, workspace
from pipeline_guard.bauplan_cli import BauplanCall
from pipeline_guard.effects import RunBauplan
from pipeline_guard.facts import confirm, lookups
from pipeline_guard.ledger import Line
from pipeline_guard.session import Session

_JOB_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOST_CANDIDATES = 3
_NEWEST = 3  # a run's last commit may be the one that merges it
# What makes a run less than a full, strict, transactional one, over the known versions.
_WEAKENING = ("dry-run", "no-strict", "no-transaction", "detach", "param")
_SWITCHES = ("strict", "transaction")


def lines(
    call: BauplanCall,
    effect: RunBauplan,
    ok: bool | None,
    printed: str | None,
    current: Session,
) -> Iterator[Line]:
    """The run and its job's state; nothing where the job cannot be told."""
    ref = lookups.option(call, "ref") or account.read().active_branch
    named = (
        _JOB_ID.findall(printed)
        if printed is not None
        else _wrote(ref, effect.cwd, current.facts.working_ref)
    )
    found = _job(named, effect.cwd, {run.job for run in current.facts.runs})
    if found is None:
        return
    job, status = found
    yield {"fact": "job", "id": job, "status": status, "text": ""}
    yield {
        "fact": "run",
        "job": job,
        "ref": ref,
        "head": workspace.head_commit(current.workspace),
        "clean": is_clean(current),
        "full": _is_full(call) and ok is not False,
    }


def _is_full(call: BauplanCall) -> bool:
    """A full, strict, transactional run: no dry run, no preview, nothing switched off."""
    if any(name in call.options for name in _WEAKENING):
        return False
    if lookups.option(call, "preview") not in ("", "off"):
        return False
    if any(lookups.option(call, name) == "off" for name in _SWITCHES):
        return False
    return "strict" in call.options or not _strict_is_a_switch()


def _strict_is_a_switch() -> bool:
    """Up to 0.2 strict has to be asked for; from 0.3 on it is the default."""
    major, _, rest = account.installed_version().partition(".")
    return major == "0" and rest.partition(".")[0] in ("1", "2")


def _wrote(ref: str, cwd: str, start: str) -> list[str]:
    """The job whose run wrote the newest commit of a branch that begins at the ref `start`.

    Among the output of other commands no job id can be believed, and a run that wrote nothing is
    not worth knowing.
    """
    first = start.partition("@")[2]
    if not first:
        return []
    printed = confirm.bauplan(["commit", ref, "--max-count", str(_NEWEST)], cwd) or ""
    since = takewhile(lambda commit: commit["hash"] != first, lookups.commits(printed))
    return [commit["job"] for commit in since if commit["job"]][:1]


def _job(named: Sequence[str], cwd: str, known: set[str]) -> tuple[str, str] | None:
    """The job that was started and its state, as the platform tells it."""
    candidates = [job for job in dict.fromkeys(named) if job not in known]
    for job in candidates[:_MOST_CANDIDATES]:
        for row in lookups.parsed(confirm.bauplan(["job", "get", job], cwd) or "") or []:
            if row.get("id") == job and row.get("kind") == "Run":
                return job, str(row.get("status"))
    return None


def is_clean(current: Session) -> bool:
    """Whether the project's files are exactly those of HEAD."""
    place = current.workspace
    if not place.repo or not place.project:
        return False
    asked = ["status", "--porcelain", "--untracked-files=all", "--", place.project]
    changes = confirm.git(asked, place.repo)
    return changes is not None and not _of_project(changes)


def _of_project(changes: str) -> list[str]:
    return [line for line in changes.splitlines() if not line[3:].startswith("debug/")]
