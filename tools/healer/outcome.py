"""How a healing ended: judged by the ledger, git and the reports, never by what the model says."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from pipeline_guard import reports, stop, workspace
from pipeline_guard.facts import confirm
from pipeline_guard.facts import run as facts_run
from pipeline_guard.ledger import Run
from pipeline_guard.session import Session
from self_heal.errors import BudgetSpent, ModelFailed, ModelRefused, NotHealed

HEALED = "healed"
NOT_HEALED = "not healed"
REFUSED = "refused by policy"
BUDGET = "budget"
ERROR = "error"
INTERRUPTED = "interrupted"

EXIT_CODES = {
    HEALED: 0,
    NOT_HEALED: NotHealed.exit_code,
    REFUSED: ModelRefused.exit_code,
    BUDGET: BudgetSpent.exit_code,
    ERROR: ModelFailed.exit_code,
    INTERRUPTED: 130,
}


class Outcome(NamedTuple):
    """The kind of end, and in one sentence why: the blocker, the question, the limit."""

    kind: str
    why: str = ""

    @property
    def exit_code(self) -> int:
        """What `self-heal run` ends with."""
        return EXIT_CODES[self.kind]


def judged(current: Session) -> Outcome:
    """Whether the job is healed as things are now."""
    if blocker := _blocker(current):
        return Outcome(NOT_HEALED, blocker)
    if gap := _rerun_gap(current):
        return Outcome(NOT_HEALED, gap)
    missing = stop.missing_reports(current)
    if missing:
        return Outcome(NOT_HEALED, f"the reports are not complete: {'; '.join(missing[:3])}")
    return Outcome(HEALED, f"the rerun {current.facts.runs[-1].job} is green")


def _blocker(current: Session) -> str:
    """What the summary names as the blocker; `""` where it names none."""
    if not stop.is_blocked(current):
        return ""
    text = Path(current.workspace.debug, reports.SUMMARY_FILE).read_text(errors="replace")
    found = re.search(r"blocked:\s*(.+)", text.partition("\n## Rerun result")[2])
    return f"blocked: {found.group(1).strip(' `*')}" if found else "blocked"


def _rerun_gap(current: Session) -> str:
    """Why the last rerun does not show that the job is healed; `""` when it does."""
    runs = current.facts.runs
    if not runs:
        return "there was no rerun on the debug branch"
    last = runs[-1]
    if not last.green:
        return f"the last rerun {last.job} is not green"
    if not current.workspace.repo:
        return "" if last.sent or _has_failed(current) else "no fix was sent"
    if not current.facts.commits and not _has_failed(current):
        return "no fix was committed"
    if not facts_run.is_clean(current) or _changed_since(last, current):
        return f"the code was changed after the rerun {last.job}"
    return ""


def _has_failed(current: Session) -> bool:
    """A failed job whose code is green as it was has nothing to fix: the platform had failed."""
    return current.facts.job_status.lower().startswith(("fail", "abort"))


def _changed_since(run: Run, current: Session) -> bool:
    place = current.workspace
    folder = os.path.relpath(place.project, place.repo)
    words = ["diff", "--name-only", run.head, workspace.head_commit(place), "--", folder]
    changed = confirm.git(words, place.repo)
    return changed is None or any(not n.startswith("debug/") for n in changed.splitlines())
