"""How many verdicts a second the engine gives in one process, over the tests' own corpora."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from pipeline_guard.decide import decide
from pipeline_guard.events import BEFORE_TOOL, Event, ToolCall
from tests.bench.rows import Row
from tests.guard.conftest import Healing
from tests.guard.test_shell_corpus import BYPASSES, INNOCENT, PAYLOADS, disguised

PROMISED = 3000
_MOST = 2000


def measure() -> list[Row]:
    """The mean time of a verdict on one core; its bound is the promised number a second."""
    commands = [*INNOCENT, *(disguised(s, p) for s in BYPASSES for p in PAYLOADS)]
    chosen = commands[:: max(1, len(commands) // _MOST)]
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "XDG_STATE_HOME": f"{folder}/state"}
        try:
            seconds = _mean(Healing(Path(folder) / "work").with_git(), chosen)
        finally:
            os.environ.clear()
            os.environ.update(before)
    base = f"{PROMISED:,} a second"
    return [
        Row(
            f"verdict in process ({1 / seconds:,.0f} a second)",
            seconds,
            base,
            seconds * PROMISED,
            1.0,
        )
    ]


def _mean(healing: Healing, commands: list[str]) -> float:
    """CPU seconds of one verdict in a session that is past the gate, each judged once before."""
    session = healing.ready().session()
    here = str(healing.folder)
    calls = [ToolCall("Bash", {"command": command}) for command in commands]
    events = [Event("claude", BEFORE_TOOL, session.key, here, call) for call in calls]
    for event in events:
        decide(event, session)
    started = time.process_time()
    for event in events:
        decide(event, session)
    return (time.process_time() - started) / len(events)
