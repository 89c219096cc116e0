"""What the guard's ledger knows of the healing in a folder, for commands that check its reports."""

from __future__ import annotations

from pathlib import Path

from pipeline_guard import recent, session, workspace
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
    _, facts = session.facts_of(lines, str(folder))
    return facts if facts.job == job else Facts()
