"""A whole healing over real HTTP: real tools, the real guard, the real bauplan program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent_replay import script as scripts
from agent_replay.hooks import Answer as Judged
from agent_replay.play import Played
from agent_replay.script import Call
from self_heal.checks import check_healing
from self_heal.places import plugin_root
from self_heal.stage import Stage, staged
from tests.claude.scripted_model import Script
from tests.healer.api import Api, Request, Say, serve

SELF_HEAL = Path(sys.executable).with_name("self-heal")
KEY = "sk-ant-a-key-that-nobody-may-see"


def run(stage: Stage, api: Api, *words: str) -> subprocess.CompletedProcess[str]:
    """`self-heal run` as a scheduler calls it."""
    environment = {**stage.environment, "ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": KEY}
    command = [str(SELF_HEAL), "run", *words, "--json"]
    return subprocess.run(
        command, cwd=stage.repo, env=environment, capture_output=True, text=True, check=False
    )


def events(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """What `--json` printed."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_failed_job_is_healed(tmp_path: Path) -> None:
    """Forbidden calls are refused, the fix is rerun green, and the checks of the demo hold."""
    whole = scripts.read(plugin_root() / "tests" / "transcripts" / "schema-drift.jsonl")
    turns = tuple(turn for turn in whole.turns if turn.call.tool != "Skill")
    agent = whole.model_copy(update={"turns": turns})
    with staged("schema-drift", tmp_path / "stage") as stage:
        script = Script(agent, stage.names)

        def answer(request: Request) -> Say:
            return Say(script.reply(request["messages"]))

        with serve(answer) as api:
            done = run(stage, api, "--job", stage.job)
        assert script.errors == [], done.stdout
        assert done.returncode == 0, done.stdout + done.stderr
        seen = [event for event in events(done) if event["event"] == "tool"]
        played = [_played(n, turn, seen[n]) for n, turn in enumerate(turns)]
        assert [p.answer.decision for p in played] == [t.expect.verdict for t in turns]
        assert [c for c in check_healing(stage, played) if not c.holds] == []
    _cached_and_secret(api.requests)


def _played(number: int, turn: scripts.Turn, event: Mapping[str, Any]) -> Played:
    call = Call(tool=turn.call.tool, input=turn.call.input)
    answer = Judged(event["verdict"], event["reason"])
    return Played(number + 1, turn, call, answer, None, event["seconds"])


def _cached_and_secret(requests: list[Request]) -> None:
    """The skill and the conversation are marked for the cache; the key is in no request."""
    for request in requests:
        assert request["system"][0]["cache_control"] == {"type": "ephemeral"}
        assert "## Hard Rules" in request["system"][0]["text"]
        assert request["messages"][-1]["content"][-1]["cache_control"] == {"type": "ephemeral"}
    assert requests[0]["system"] == requests[-1]["system"]
    assert KEY not in json.dumps(requests)
