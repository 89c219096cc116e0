"""Replaying for real: what is compared, and how a difference is shown."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_replay import transcript
from agent_replay.compare import Difference
from agent_replay.replay import Replay, stage_for
from agent_replay.transcript import BadTranscript, Result, Tolerance, Transcript, Verdict
from self_heal.stage import Stage
from tests.replay.conftest import RULES, with_turn

RunCommand = Callable[..., subprocess.CompletedProcess[str]]
QUERY = 7


@pytest.fixture
def recorded() -> Transcript:
    """Pins the data and queries it: seven calls."""
    return transcript.read(RULES / "3-accepting.transcript.jsonl")


def first(session: Transcript, stage: Stage) -> Difference:
    """The difference at which a replay stops."""
    found = Replay(session, stage).run().differences
    assert len(found) == 1
    return found[0]


def test_a_recorded_session_replays_to_the_same_end(pinned: Transcript, stage: Stage) -> None:
    """Real commands, git and files; refs, tables, commits and files are compared too."""
    replayed = Replay(pinned, stage).run()
    assert replayed.differences == ()
    assert len(replayed.turns) == 10
    assert replayed.end is not None
    assert any("job report" in m for m in replayed.end.commits["debug/bpln_14d6f635"])


def test_another_verdict_is_a_difference(recorded: Transcript, stage: Stage) -> None:
    """The rule that decides now is named, with what the guard says."""
    denied = Verdict(decision="deny", rules=("pinned_queries",), reason="a moving ref")
    found = first(with_turn(recorded, QUERY, verdict=denied, result=None), stage)
    assert (found.turn, found.of) == (QUERY, "verdict")
    assert "-deny by pinned_queries" in found.diff()
    assert "+allow" in found.diff()


def test_another_rule_is_a_difference(stage: Stage) -> None:
    """Denied as before, but for another reason."""
    session = transcript.read(RULES / "3-refusing.transcript.jsonl")
    other = Verdict(decision="deny", rules=("known_flags",))
    found = first(with_turn(session, 2, verdict=other), stage)
    assert (found.turn, found.rules) == (2, ("pinned_queries",))


def test_another_result_is_shown_as_a_unified_diff(recorded: Transcript, stage: Stage) -> None:
    """One row fewer in the recording."""
    result = recorded.turns[QUERY - 1].result
    assert result is not None
    changed = result.model_copy(update={"text": result.text.replace("336776", "336775")})
    found = first(with_turn(recorded, QUERY, result=changed), stage)
    assert (found.turn, found.of) == (QUERY, "result")
    assert {"-336775", "+336776"} <= {line.strip() for line in found.diff().splitlines()}


def test_another_exit_code_is_a_difference(recorded: Transcript, stage: Stage) -> None:
    """Even where the text is the same."""
    result = recorded.turns[1].result
    assert result is not None
    changed = result.model_copy(update={"ok": False, "exit_code": 1})
    found = first(with_turn(recorded, 2, result=changed), stage)
    assert (found.turn, found.of) == (2, "exit code")


def test_an_id_that_nothing_has_shown_is_a_difference(recorded: Transcript, stage: Stage) -> None:
    """The arguments are the recorded ones, with the ids that results have shown."""
    call = recorded.turns[QUERY - 1].call
    other = call.model_copy(
        update={"input": {"command": f"bauplan query --ref @{'ab1' * 21}c 'SELECT 1 AS n LIMIT 1'"}}
    )
    found = Replay(with_turn(recorded, QUERY, call=other), stage).run().differences
    assert (found[0].turn, found[0].of) == (QUERY, "arguments")


def test_another_end_is_a_difference(pinned: Transcript, stage: Stage) -> None:
    """A file, a commit, a ref that is not as it was."""
    assert pinned.end is not None
    end = pinned.end.model_copy(
        update={"files": {**pinned.end.files, "debug/left.md": "0" * 64}, "commits": {}}
    )
    found = Replay(pinned.model_copy(update={"end": end}), stage).run().differences
    assert [(one.turn, one.of) for one in found] == [(0, "commits"), (0, "files")]
    assert "debug/left.md" in found[1].diff()


def test_a_tolerance_lets_its_turn_differ(recorded: Transcript, stage: Stage) -> None:
    """In the one way that it names, and in no other turn."""
    changed = with_turn(recorded, QUERY, result=Result(ok=True, text="other", exit_code=0))
    allowed = Tolerance(turn=QUERY, of="result", reason="rows come in any order")
    header = changed.header.model_copy(update={"tolerances": (allowed,)})
    assert Replay(changed.model_copy(update={"header": header}), stage).run().differences == ()


def test_keep_going_shows_all_differences(recorded: Transcript, stage: Stage) -> None:
    """The first one stops the replay otherwise."""
    changed = with_turn(recorded, 2, result=Result(ok=True, text="other", exit_code=0))
    changed = with_turn(changed, QUERY, result=Result(ok=True, text="other", exit_code=0))
    found = Replay(changed, stage).run(keep_going=True).differences
    assert {2, QUERY} <= {one.turn for one in found}


def test_prose_is_never_compared(recorded: Transcript, stage: Stage) -> None:
    """Neither what the agent says nor how the guard words its reason."""
    changed = with_turn(recorded, 2, say="something else")
    assert Replay(changed, stage).run().differences == ()


def test_a_session_without_a_scenario_cannot_be_executed(recorded: Transcript) -> None:
    """It says what to do instead."""
    versions = recorded.header.versions.model_copy(update={"scenario": None})
    header = recorded.header.model_copy(update={"versions": versions})
    with (
        pytest.raises(BadTranscript, match="--guard-only"),
        stage_for(recorded.model_copy(update={"header": header})),
    ):
        pass


def test_the_command_line_shows_what_differs_and_can_write_it_down(
    self_heal: RunCommand, tmp_path: Path
) -> None:
    """Turn, rule and the command to record again; with --update the file is as it goes now."""
    path = tmp_path / "x.transcript.jsonl"
    session = transcript.read(RULES / "8-refusing.transcript.jsonl")
    transcript.write(with_turn(session, 2, verdict=Verdict()), path)
    done = self_heal("replay", path)
    assert done.returncode == 1
    assert "turn 2: verdict (rule no_scripts)" in done.stdout
    assert f"self-heal replay --update {path}" in done.stderr
    done = self_heal("replay", "--update", path)
    assert (done.returncode, "is written as it goes now" in done.stderr) == (1, True)
    assert transcript.read(path).turns[1].verdict == session.turns[1].verdict
