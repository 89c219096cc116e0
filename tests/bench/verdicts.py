"""How many verdicts a second the engine gives in one process, over the tests' own corpora."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

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
    """CPU seconds of one verdict, after each command was judged once."""
    healing.ready()
    for command in commands:
        healing.bash(command)
    started = time.process_time()
    for command in commands:
        healing.bash(command)
    return (time.process_time() - started) / len(commands)
