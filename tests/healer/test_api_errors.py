"""What the API does on a bad day, and how a healing ends then."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from healer import heal
from healer.progress import silent
from self_heal.commands.run import run
from self_heal.commands.watch import watch
from self_heal.errors import MissingKey
from tests.healer.api import BreaksOff, Fails, Say, call, in_turn, text
from tests.healer.binding import BOUND
from tests.healer.conftest import KEY, Heals

DONE = Say([call("AskUserQuestion", question="Which job?")])
"""The shortest way to an end: the question is the outcome."""
LOOK = Say([call("Bash", command="ls")])


@pytest.mark.parametrize(
    "trouble",
    [Fails(429, "rate_limit_error"), Fails(529, "overloaded_error"), Fails(500, "api_error")],
    ids=lambda fails: fails.kind,
)
def test_a_passing_error_is_tried_again(heals: Heals, trouble: Fails) -> None:
    """The client's own retries; the healing does not even notice."""
    seen = heals(in_turn(trouble, LOOK, trouble, DONE))
    assert seen.outcome.why == "ambiguous: Which job?"
    assert len(seen.api.requests) == 4


@pytest.mark.parametrize("kind", ["", "overloaded_error"])
def test_a_stream_that_breaks_off_is_asked_for_again(heals: Heals, kind: str) -> None:
    """Half an answer is forgotten: nothing of it is acted on or sent back."""
    seen = heals(in_turn(BreaksOff(kind), LOOK, BreaksOff(kind), DONE))
    assert seen.outcome.why == "ambiguous: Which job?"
    assert len(seen.of("retry")) == 2
    assert "half of" not in json.dumps(seen.api.requests)


@pytest.mark.parametrize(
    "trouble", [Fails(529, "overloaded_error", "too much"), BreaksOff()], ids=["529", "dropped"]
)
def test_an_error_that_stays_ends_with_one_sentence(
    heals: Heals, trouble: Fails | BreaksOff
) -> None:
    """Tried as often as was said, then an end that can be resumed."""
    seen = heals(in_turn(LOOK, trouble))
    assert seen.outcome.kind == "error"
    assert seen.outcome.exit_code == 13
    assert seen.outcome.why.startswith("The model's API gives no answer: ")
    assert len(seen.api.requests) == 1 + 3


def test_a_key_that_is_not_accepted_is_said_at_once(heals: Heals) -> None:
    """No retries, and the key is not in the words."""
    with pytest.raises(MissingKey, match="key is not accepted") as caught:
        heals(in_turn(Fails(401, "authentication_error", "invalid x-api-key")))
    assert KEY not in str(caught.value)


def test_an_unknown_model_is_named(heals: Heals) -> None:
    """With what to do."""
    seen = heals(in_turn(Fails(404, "not_found_error", "model: claude-nothing")))
    assert "claude-nothing" in seen.outcome.why
    assert "--model" in seen.outcome.why


def test_a_refusal_ends_the_healing(heals: Heals) -> None:
    """The model's own policy has the last word; what it wanted to call then is never run."""
    seen = heals(in_turn(LOOK, Say([text("I will not do this.")], stop="refusal")))
    assert seen.outcome.kind == "refused by policy"
    assert seen.outcome.exit_code == 11
    assert "I will not do this." in seen.outcome.why
    session = seen.of("start")[0]["session"]
    wanted = Say([text("No."), call("Bash", command="mkdir -p debug")], stop="refusal")
    assert heals(lambda _: wanted, session=session).outcome.exit_code == 11
    again = heals(in_turn(DONE), session=session)
    assert again.of("tool") == []
    assert "I will not" not in json.dumps(again.api.requests)
    assert again.outcome.why == "ambiguous: Which job?"


def test_thoughts_that_the_api_does_not_take_are_left_out(heals: Heals) -> None:
    """As after an update of the skill between two parts of a healing: the system prompt changed."""
    thinks = Say([call("Bash", command="ls")], thinks=True)
    first = heals(in_turn(thinks, thinks, Say([text("Well?")], thinks=True)), turns=3)
    session = first.of("start")[0]["session"]
    seen = heals(in_turn(Fails(400, "invalid_request_error", BOUND), LOOK, DONE), session=session)
    assert seen.outcome.why == "ambiguous: Which job?"
    assert "thinking" in json.dumps(seen.api.requests[0]["messages"])
    assert "thinking" not in json.dumps(seen.api.requests[-1]["messages"])


@pytest.mark.parametrize("stop", ["max_tokens", "model_context_window_exceeded"])
def test_an_answer_that_is_cut_off_is_gone_on_with(heals: Heals, stop: str) -> None:
    """Text is kept and the model told; blank text, which the API refuses, is not sent back."""
    seen = heals(in_turn(Say([text("The first half"), text(" \n")], stop=stop), DONE))
    assert seen.outcome.why == "ambiguous: Which job?"
    messages = seen.api.requests[-1]["messages"]
    assert messages[1]["content"] == [text("The first half")]
    assert "cut off" in messages[2]["content"][0]["text"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Say([call("Bash", command="ls > lost.txt")], broken='{"command": "ls'), "no JSON"),
        (
            Say([call("Bash", command="ls > lost.txt")], broken='["ls > lost.txt"]'),
            "no JSON object",
        ),
        (Say([call("Bash", command="ls > lost.txt")], stop="max_tokens"), "cut off"),
        (Say([call("Bash", command="ls", fast=True)]), "'fast' was unexpected"),
        (Say([call("Bash", command=7)]), "command: 7 is not of type 'string'"),
        (Say([call("Execute", command="ls")]), "There is no tool `Execute`"),
    ],
    ids=["broken JSON", "no object", "cut off", "unknown argument", "wrong type", "no such tool"],
)
def test_an_invalid_call_is_answered_and_never_run(
    heals: Heals, project: Path, answer: Say, says: str
) -> None:
    """The model reads what was wrong and can do better."""
    seen = heals(in_turn(answer, DONE))
    (result,) = seen.api.results
    assert result["is_error"]
    assert says in result["content"]
    assert not (project / "lost.txt").exists()
    assert seen.of("tool")[0]["verdict"] == "invalid"


@pytest.mark.parametrize("command", [run, watch], ids=lambda command: str(command.name))
def test_without_a_key_the_command_says_so_first(command: click.Command, project: Path) -> None:
    """Before the job, the project or the platform is looked at."""
    words = ["--project", str(project), *(["--job", "none"] if command is run else [])]
    done = CliRunner(env={"ANTHROPIC_API_KEY": None}).invoke(command, words)
    assert isinstance(done.exception, MissingKey)
    assert "set ANTHROPIC_API_KEY" in str(done.exception)


def test_a_key_is_asked_for_before_anything_else(project: Path) -> None:
    """One clear sentence, and nothing has been sent."""
    with pytest.raises(MissingKey, match="set ANTHROPIC_API_KEY"):
        heal.heal(heal.begin("", project), "", heal.Settings(), silent)
