"""The session of the demo, made by the real Claude Code: real tools, real hooks, real bauplan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent_replay import script as scripts
from agent_replay.hooks import Answer
from agent_replay.play import Played
from agent_replay.script import Call, fill
from self_heal.checks import check_healing
from self_heal.places import plugin_root
from self_heal.stage import Stage, staged
from tests.claude.conftest import Session

pytestmark = pytest.mark.claude


def test_claude_code_heals_the_pipeline_under_the_guard(
    run_claude: Callable[..., Session], tmp_path: Path
) -> None:
    """Forbidden calls are blocked with the rule's reason, and the healing holds."""
    path = plugin_root() / "tests" / "transcripts" / "schema-drift.jsonl"
    script = scripts.read(path)
    with staged("schema-drift", tmp_path / "stage") as stage:
        prompt = fill(script.header.prompt, stage.names)
        session = run_claude(script, stage.names, stage.repo, stage.environment, prompt)
        assert session.script.errors == [], session.output
        assert session.exit_code == 0, session.output
        played = [_played(number, session) for number in range(len(script.turns))]
        _verdicts_as_expected(played)
        _holds(stage, played)


def _played(number: int, session: Session) -> Played:
    """A turn as the model saw it: a blocked call's result is an error with the reason."""
    turn = session.script.agent.turns[number]
    result = session.script.results[number]
    text = result.text
    blocked = result.failed and "rule" in text.lower()
    answer = Answer("deny", text) if blocked else Answer("allow")
    call = Call(tool=turn.call.tool, input=turn.call.input)
    return Played(number + 1, turn, call, answer, None, 0.0)


def _verdicts_as_expected(played: list[Played]) -> None:
    for done in played:
        assert done.answer.decision == done.turn.expect.verdict, (done.call, done.answer)
        if done.turn.expect.rule:
            assert f"rule {done.turn.expect.rule}" in done.answer.reason.lower()


def _holds(stage: Stage, played: list[Played]) -> None:
    broken = [check for check in check_healing(stage, played) if not check.holds]
    assert broken == []
