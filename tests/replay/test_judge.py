"""Policy regression: recorded decisions against today's rules, with nothing run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_replay import judge, transcript
from agent_replay.transcript import Transcript, Turn, Verdict
from pipeline_guard import decide
from pipeline_guard.context import Context
from pipeline_guard.effects import Effect
from pipeline_guard.rules import pinned_queries
from pipeline_guard.verdicts import DENY, Finding
from tests.replay.conftest import RULES, TRANSCRIPTS, with_turn

RunCommand = Callable[..., subprocess.CompletedProcess[str]]


def test_no_decision_of_the_committed_sessions_has_changed(session: Transcript) -> None:
    """57 calls and the stop; nothing is left unjudged."""
    judged = judge.judge(session)
    assert judged == judge.Judged(58, (), ())


def test_a_changed_rule_lists_the_decisions_that_changed_and_nothing_else(
    session: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that no longer objects: the one query that it had refused."""
    monkeypatch.setattr(pinned_queries, "judge", lambda *_: iter(()))
    assert decide.rule("pinned_queries") is pinned_queries
    judged = judge.judge(session)
    assert [(one.turn, one.before.rules) for one in judged.changed] == [(17, ("pinned_queries",))]
    assert judged.changed[0].now.decision == "allow"


def test_a_question_without_a_recorded_answer_is_said(session: Transcript) -> None:
    """The guard asks git before a commit; a recording without the answer cannot judge that."""
    number = next(n for n, t in enumerate(session.turns, 1) if "git commit" in str(t.call.input))
    judged = judge.judge(with_turn(session, number, asked=()))
    assert [(one.turn, "status" in one.question) for one in judged.unjudged] == [(number, True)]
    assert judged.changed == ()


def test_what_the_guard_asked_after_a_run_is_known_again(
    session: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a rerun was green hangs on git's own answer: a rule that looks at it shows it."""
    seen: list[int] = []
    judged_by = pinned_queries.judge

    def looking(effect: Effect, context: Context) -> Iterator[Finding]:
        seen.append(sum(run.green for run in context.facts.runs))
        return judged_by(effect, context)

    monkeypatch.setattr(pinned_queries, "judge", looking)
    assert judge.judge(session).changed == ()
    assert (seen[0], seen[-1]) == (0, 1)


def test_what_could_not_be_learned_makes_later_decisions_untold(
    session: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the answer the rerun is not known to be green; what goes by that is not guessed."""
    number = next(n for n, t in enumerate(session.turns, 1) if _asks_after_a_run(t))

    def only_after_green(_: Effect, context: Context) -> Iterator[Finding]:
        if len(context.facts.runs) == 1 and not context.facts.runs[0].green:
            yield Finding(DENY, "pinned_queries", "no green run", "run it")

    monkeypatch.setattr(pinned_queries, "judge", only_after_green)
    judged = judge.judge(with_turn(session, number, asked=()))
    assert [one.turn for one in judged.changed if one.turn > number] == []
    assert [one.turn for one in judged.unjudged if one.turn > number] != []


def _asks_after_a_run(turn: Turn) -> bool:
    return bool(turn.asked) and "bauplan run" in str(turn.call.input)


def test_many_are_judged_in_many_processes() -> None:
    """The same as one after the other."""
    paths = sorted(RULES.glob("*.transcript.jsonl"))
    together = judge.judge_all(paths)
    assert together.decisions == sum(judge.judge_file(path).decisions for path in paths)
    assert together.changed == ()


def test_each_of_the_eight_rules_is_accepted_and_refused() -> None:
    """An accepting and a refusing session for each; rule 4 accepts in the whole healing."""
    refused: set[str] = set()
    for number in range(1, 9):
        session = transcript.read(RULES / f"{number}-refusing.transcript.jsonl")
        rules = [rule for turn in session.turns if turn.verdict for rule in turn.verdict.rules]
        assert rules
        refused |= set(rules)
        name = f"rules/{number}-accepting" if number != 4 else "schema-drift"
        accepting = transcript.read(TRANSCRIPTS / f"{name}.transcript.jsonl")
        assert accepting.turns[-1].verdict == Verdict()
    assert refused == set(decide.MODULES[:8])


def test_the_command_line_lists_only_what_changed(self_heal: RunCommand, tmp_path: Path) -> None:
    """A folder of sessions, one of which was recorded under another rule."""
    for name in ("1-refusing", "3-refusing", "6-refusing"):
        session = transcript.read(RULES / f"{name}.transcript.jsonl")
        if name == "3-refusing":
            session = with_turn(session, 2, verdict=Verdict())
        transcript.write(session, tmp_path / "all" / f"{name}.transcript.jsonl")
    done = self_heal("replay", "--guard-only", "--json", "all")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert (found["transcripts"], found["decisions"], found["unjudged"]) == (3, 12, [])
    (changed,) = found["changed"]
    assert changed["path"].endswith("3-refusing.transcript.jsonl")
    assert (changed["turn"], changed["now"]["rules"]) == (2, ["pinned_queries"])
    assert self_heal("replay", "--guard-only", RULES).returncode == 0


def test_a_folder_without_transcripts_is_an_error(self_heal: RunCommand, tmp_path: Path) -> None:
    """A typing error is not a success."""
    (tmp_path / "empty").mkdir()
    assert self_heal("replay", "--guard-only", "empty").returncode == 4
