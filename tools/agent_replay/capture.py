"""A hook that writes an agent runtime's events down, redacted, one a line.

    python -m agent_replay.capture FILE [PHASE RUNTIME]     # an event on standard input

It is no part of the guard: it decides nothing, says nothing, and an event that it cannot read or
write never stops the agent; the reason is left in `FILE.errors`. With each event it notes what a
guard says to it, and with which questions: the engine itself, beside the session's own one, with a
state folder of its own beside FILE.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from agent_replay import tape, world
from agent_replay.guard import answer_of, said
from agent_replay.redact import Redactor
from pipeline_guard import events, hook, runtimes
from pipeline_guard.events import Event
from pipeline_guard.runtimes import detect

STATE = "state"
"""The folder beside FILE that is `XDG_STATE_HOME` for the guard that judges along."""
_KEPT = (events.PROMPT, events.BEFORE_TOOL, events.AFTER_TOOL, events.STOP, events.SESSION_END)


def main(path: Path, data: bytes, phase: str = "", runtime: str = "") -> None:
    """Append one event to the file; what the hook was registered for tells it from others."""
    try:
        raw = json.loads(data)
        name = runtime or detect.runtime(raw)
        if not name:
            raise ValueError("the runtime of this event is not known")
        event = runtimes.adapter(name).parse(raw, phase)
        if event.phase in _KEPT:
            os.environ["XDG_STATE_HOME"] = str(path.parent / STATE)
            _append(path, json.dumps(Redactor().value({**_line(event), **_judged(event)})))
    except Exception as error:  # a recorder must not stand in the agent's way
        _append(path.with_name(f"{path.name}.errors"), " ".join(str(error).split()))


def _line(event: Event) -> dict[str, Any]:
    return {
        "at": time.time(),
        "runtime": event.runtime,
        "phase": event.phase,
        "session": event.session_id,
        "agent": event.agent_id,
        "cwd": event.cwd,
        "prompt": event.prompt,
        "tool": event.tool._asdict() if event.tool else None,
        "result": event.result._asdict() if event.result else None,
    }


def _judged(event: Event) -> dict[str, Any]:
    """The guard's verdict on the event, what it asked for it, and what is around the session."""
    with tape.recorded() as asked:
        verdict = hook.judge(event)
    return {
        "verdict": said(answer_of(verdict)).model_dump(),
        "asked": [question.model_dump() for question in asked],
        "state": world.state_of(Path(event.cwd)).model_dump(),
    }


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdin.buffer.read(), *sys.argv[2:4])
