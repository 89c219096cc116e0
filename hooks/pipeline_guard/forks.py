"""A conversation that goes on under another session id in another process: a fork.

Claude Code copies the messages into the fork's transcript and keeps their `uuid`; it tells
nothing else of where the fork comes from. So a session is a fork of an armed one when its
transcript holds a message that was said there since healing started.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from pipeline_guard import arming, home
from pipeline_guard.events import BEFORE_TOOL, Event
from pipeline_guard.ledger import Ledger, Line

_MARK = b'"uuid":"'
_LENGTH = 36


def parent(event: Event) -> list[Line]:
    """The ledger of the armed session that this event's conversation comes from; else no lines.

    Each line says which session it is `from`. Of several sessions, forks of one another, it is the
    one that has learned most. Asked before a tool runs: by then the transcript of a fork has been
    written.
    """
    if event.phase != BEFORE_TOOL or event.runtime != "claude":
        return []
    others = [lines for lines in _armed() if lines[0].get("session") != event.session_id]
    said = _messages(event.transcript_path, 0) if others else set()
    found = [lines for lines in others if said and said & _said_healing(lines[0])]
    older = max(found, key=len, default=[])
    return [{**line, "from": line.get("from", older[0].get("session"))} for line in older]


def _said_healing(start: Line) -> set[bytes]:
    """The messages that the session which began with `start` has said while it healed."""
    return _messages(str(start.get("transcript")), int(start.get("size", 0)))


def size(transcript: str) -> int:
    """How long a transcript is by now, in bytes; 0 while there is none."""
    return os.path.getsize(transcript) if os.path.isfile(transcript) else 0


def _armed() -> Iterator[list[Line]]:
    """The ledgers of the sessions in which healing is on."""
    sessions = os.path.join(home.state_folder(), "sessions")
    for marker in arming.markers():
        if marker.name.startswith(arming.SESSION):
            lines = Ledger(os.path.join(sessions, marker.name.removeprefix(arming.SESSION))).read()
            if lines:
                yield lines


def _messages(transcript: str, offset: int) -> set[bytes]:
    """The ids of the messages in a transcript from a byte on."""
    if not os.path.isfile(transcript):
        return set()
    with open(transcript, "rb") as file:
        file.seek(offset)
        return {part[:_LENGTH] for part in file.read().split(_MARK)[1:]}
