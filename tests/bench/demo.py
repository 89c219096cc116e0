"""The whole way: how long the demo takes after set-up, and the share of it spent in the guard."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from agent_replay import script as scripts
from agent_replay.hooks import Hooks, new_session_id
from agent_replay.play import play
from agent_replay.tools import Tools
from self_heal.checks import check_healing
from self_heal.places import plugin_root
from self_heal.stage import staged
from tests.bench.rows import Row

SCENARIO = "schema-drift"


def measure() -> list[Row]:
    """One demo, taken apart: setting up, the session, the checks, and the guard's share."""
    session = scripts.read(plugin_root() / "tests" / "transcripts" / f"{SCENARIO}.jsonl")
    marks = [time.perf_counter()]
    with tempfile.TemporaryDirectory() as folder, staged(SCENARIO, Path(folder) / "demo") as stage:
        marks.append(time.perf_counter())
        hooks = Hooks(plugin_root(), new_session_id(), stage.repo, stage.environment)
        tools = Tools(stage.repo, stage.environment)
        played = play(session, hooks, tools, stage.names, lambda _: None)
        marks.append(time.perf_counter())
        check_healing(stage, played)
        marks.append(time.perf_counter())
    whole = marks[-1] - marks[0]
    names = ("the failed pipeline is set up", f"a session of {len(played)} calls", "the checks")
    parts = [
        Row(name, end - start) for name, start, end in zip(names, marks, marks[1:], strict=False)
    ]
    guard = Row("of it in the guard", hooks.seconds, "the demo", hooks.seconds / whole)
    return [Row("the demo (promised: 30 s)", whole), *parts, guard]
