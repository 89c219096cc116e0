"""The real Claude Code heals on a seeded stage and is recorded: that recording means something."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from agent_replay import invariants, judge, replay, script, transcript
from agent_replay.script import fill
from self_heal.stage import Stage
from tests.claude import conftest
from tests.claude.scripted_model import Script
from tests.replay.conftest import SELF_HEAL, TRANSCRIPTS
from tests.support.model_server import serve

pytestmark = pytest.mark.claude
claude = conftest.claude


def recorded(stage: Stage, claude: Path, out: Path) -> transcript.Transcript:
    """`self-heal record -- claude -p …`, against a scripted model."""
    agent = script.read(TRANSCRIPTS / "schema-drift.jsonl")
    model = Script(agent, stage.names)
    record = [str(SELF_HEAL), "record", "--scenario", stage.name, "--out", str(out), "--"]
    prompt = fill(agent.header.prompt, stage.names)
    plugin = ["--plugin-dir", str(conftest.plugin_root()), "--allowedTools", conftest.TOOLS]
    path = [str(claude.parent), stage.environment["PATH"], os.environ["PATH"]]
    with serve(model) as url:
        done = subprocess.run(
            [*record, "claude", "-p", prompt, *plugin],
            cwd=stage.repo,
            env={
                **stage.environment,
                **conftest._loopback(url),
                **conftest._own_folder(stage.environment),
                "PATH": os.pathsep.join(path),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, model.errors) == (0, []), done.stdout + done.stderr
    return transcript.read(out)


def test_a_recorded_healing_is_judged_and_replayed(claude: Path, tmp_path: Path) -> None:
    """No decision changes, none is left untold, and played again it is the same session."""
    with replay.seeded("schema-drift") as stage:
        session = recorded(stage, claude, tmp_path / "s.transcript.jsonl")
    assert session.end is not None
    assert session.end.stop == transcript.Verdict()
    assert invariants.faults(session) == []
    assert judge.judge(session) == judge.Judged(len(session.turns) + 1, (), ())
    assert [one.diff() for one in replay.replay(session).differences] == []
