"""What holds in every transcript, whatever the agent did. Pure functions: a transcript in, faults
out; a fault names its turn (from 1).

Project files are those that are neither below `debug/` nor outside the session's folder. Only what
really ran counts: a call that the guard refused breaks nothing.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from agent_replay.transcript import Transcript, Turn

_HASH = re.compile(r"@[0-9a-f]{64}\b")
_INSPECTS = (r"\bbauplan job get\b", r"\bbauplan job logs\b")
_EDITS = ("Write", "Edit", "MultiEdit", "NotebookEdit")


class Fault(NamedTuple):
    """An invariant that does not hold, where, and what was seen."""

    invariant: str
    turn: int
    saw: str


def faults(transcript: Transcript) -> list[Fault]:
    """Every fault, by invariant and turn."""
    return [
        Fault(name, turn, saw)
        for name, invariant in INVARIANTS.items()
        for turn, saw in invariant(transcript)
    ]


Faults = Iterator[tuple[int, str]]


def one_result(transcript: Transcript) -> Faults:
    """Each call has one result: it ran or was refused, never both, and no id comes twice."""
    seen = Counter(turn.call.id for turn in transcript.turns if turn.call.id)
    for number, turn in enumerate(transcript.turns, 1):
        refused = turn.verdict is not None and turn.verdict.decision == "deny"
        if refused and turn.result is not None:
            yield number, "the call was refused and has a result"
        if not refused and turn.result is None and transcript.end is not None:
            yield number, "the call has no result"
        if seen[turn.call.id] > 1:
            yield number, f"the call's id {turn.call.id} comes {seen[turn.call.id]} times"


def no_edit_before_pin(transcript: Transcript) -> Faults:
    """No project edit before a result or a call has named the pinned data state."""
    pinned = False
    for number, turn in enumerate(transcript.turns, 1):
        if not pinned and (path := _edited(turn, transcript)):
            yield number, f"{path} was edited before the data was pinned"
        pinned = pinned or bool(_ran(turn) and _HASH.search(_command(turn)))


def no_edit_before_evidence(transcript: Transcript) -> Faults:
    """No project edit before a data report was written."""
    evidence = False
    for number, turn in enumerate(transcript.turns, 1):
        path = _path(turn, transcript)
        if not evidence and (edited := _edited(turn, transcript)):
            yield number, f"{edited} was edited before there was evidence"
        evidence = evidence or (_writes(turn) and path.startswith("debug/data_snapshot/"))


def no_run_before_inspection(transcript: Transcript) -> Faults:
    """No run before the job and its logs were read."""
    left = list(_INSPECTS)
    for number, turn in enumerate(transcript.turns, 1):
        command = _command(turn) if _ran(turn) else ""
        if left and re.search(r"\bbauplan run\b", command):
            yield number, "the pipeline was run before the job and its logs were read"
        left = [look for look in left if not re.search(look, command)]


def nothing_outside(transcript: Transcript) -> Faults:
    """No file is written outside the session's folder, and none of git's own."""
    for number, turn in enumerate(transcript.turns, 1):
        path = _path(turn, transcript)
        if _writes(turn) and (path.startswith(("../", "/", "~")) or ".git" in path.split("/")):
            yield number, f"{path} was written"


INVARIANTS: dict[str, Callable[[Transcript], Faults]] = {
    "each call has one result": one_result,
    "no project edit before the pin": no_edit_before_pin,
    "no edit before evidence": no_edit_before_evidence,
    "no run before inspection": no_run_before_inspection,
    "no effect outside the scope": nothing_outside,
}


def _ran(turn: Turn) -> bool:
    return turn.result is not None and turn.result.ok is not False


def _command(turn: Turn) -> str:
    return str(turn.call.input.get("command", ""))


def _writes(turn: Turn) -> bool:
    return turn.call.tool in _EDITS and _ran(turn)


def _path(turn: Turn, transcript: Transcript) -> str:
    """The path that a call writes, below the session's folder where it is inside."""
    named = str(turn.call.input.get("file_path") or turn.call.input.get("notebook_path") or "")
    if named.startswith("~"):
        return named
    folder = transcript.header.folder or "/"
    whole = os.path.normpath(f"{folder}/{named}" if not named.startswith("/") else named)
    return whole.removeprefix(folder.rstrip("/") + "/")


def _edited(turn: Turn, transcript: Transcript) -> str:
    """The project file that a turn has edited; `""` when none."""
    path = _path(turn, transcript)
    inside = not path.startswith(("../", "/", "~", "debug/"))
    return path if _writes(turn) and inside else ""
