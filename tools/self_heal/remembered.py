"""What the guard's ledger knows of the healing in a folder, for commands that check its reports."""

from __future__ import annotations

from pathlib import Path

from pipeline_guard import recent, workspace
from pipeline_guard.facts import folding
from pipeline_guard.ledger import Facts, LedgerError
from self_heal import presence


def of(folder: Path, job: str) -> Facts:
    """The facts of the latest session in the folder's repository; none unless it heals this job.

    A damaged ledger gives none either: the guard itself refuses the session's calls then.
    """
    place = workspace.find(str(folder))
    try:
        lines = recent.lines_of(recent.latest(place, presence.session_id()))
    except LedgerError:
        return Facts()
    start = str(lines[0].get("folder", folder)) if lines else str(folder)
    facts = folding.fold(lines, workspace.find(start))
    return facts if facts.job == job else Facts()
