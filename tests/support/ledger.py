"""A healing session that the guard remembers, written down as its hooks do."""

from __future__ import annotations

from pathlib import Path

from pipeline_guard.ledger import Ledger, Line


def remembered(state: Path, folder: Path, job: str, *lines: Line) -> None:
    """In the state home `state`: a session in `folder` that looks into a failed job."""
    ledger = Ledger(str(state / "self-healing-pipeline" / "sessions" / "session-1"))
    start = {"fact": "start", "folder": str(folder), "session": "session-1"}
    ledger.append(start, {"fact": "job", "id": job, "status": "Fail", "kind": "Run", "text": ""})
    ledger.append(*lines)
