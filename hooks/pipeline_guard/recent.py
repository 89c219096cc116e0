"""Which sessions there are: for a person who asks about one without knowing its id."""

from __future__ import annotations

import os

from pipeline_guard import home, workspace
from pipeline_guard.ledger import Ledger, LedgerError, Line
from pipeline_guard.workspace import Workspace


def latest(place: Workspace, asked: str = "") -> str:
    """The key of the session `asked` for, else of the last one in this repository, else `""`."""
    key = home.file_name(asked) if asked else ""
    if key and os.path.isdir(_folder(key)):
        return key
    found = [(changed, key) for key, changed in _all() if _is_here(key, place)]
    return max(found)[1] if found else ""


def lines_of(key: str) -> list[Line]:
    """A session's ledger; raises `LedgerError` when it is damaged."""
    return Ledger(_folder(key)).read() if key else []


def _all() -> list[tuple[str, float]]:
    folder = os.path.join(home.state_folder(), "sessions")
    found = []
    for key in os.listdir(folder) if os.path.isdir(folder) else ():
        path = os.path.join(folder, key, "ledger.jsonl")
        if "~" not in key and os.path.exists(path):
            found.append((key, os.path.getmtime(path)))
    return found


def _is_here(key: str, place: Workspace) -> bool:
    try:
        lines = lines_of(key)
    except LedgerError:
        return False
    start = str(lines[0].get("folder", "")) if lines else ""
    there = workspace.find_repository(start) or os.path.realpath(start)
    return there == (place.repo or place.start)


def _folder(key: str) -> str:
    return os.path.join(home.state_folder(), "sessions", key)
