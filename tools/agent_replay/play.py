"""Plays a script: each call through the guard, each allowed one really executed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from agent_replay.hooks import Answer, Judge
from agent_replay.script import Call, Script, Turn, captured, fill
from agent_replay.tools import Outcome, Tools
from self_heal.errors import CheckFailed


class Diverged(CheckFailed):
    """The guard or a tool did something else than the script says."""


class Played(NamedTuple):
    """One turn as it went: the call with its values filled in, the verdict, the result."""

    number: int
    turn: Turn
    call: Call
    answer: Answer
    outcome: Outcome | None
    seconds: float


def play(
    script: Script,
    judge: Judge,
    tools: Tools,
    known: Mapping[str, str],
    watch: Callable[[Played], None],
) -> list[Played]:
    """Play all turns in order; `known` are the names that the agent is told, `watch` sees each
    turn as it ends. Raises `Diverged` at the first turn whose verdict is not the expected one,
    BadScript where a capture does not match.
    """
    names = dict(known)
    judge.prompt(fill(script.header.prompt, names))
    played = []
    for number, turn in enumerate(script.turns, 1):
        done = play_turn(number, turn, names, judge, tools)
        watch(done)
        played.append(done)
        _check(done, names)
    _stop(judge)
    return played


def play_turn(number: int, turn: Turn, names: dict[str, str], judge: Judge, tools: Tools) -> Played:
    """One turn: judged, and executed where it is allowed; what it gives is not checked here."""
    started = time.perf_counter()
    call = Call(tool=turn.call.tool, input=fill(turn.call.input, names))
    call_id = f"call_{number:04d}"
    answer = judge.before(call_id, call.tool, call.input)
    outcome = None
    if answer.decision == "allow":
        outcome = tools.run(call.tool, call.input)
        judge.after(call_id, call.tool, call.input, outcome)
    return Played(number, turn, call, answer, outcome, time.perf_counter() - started)


def _check(done: Played, names: dict[str, str]) -> None:
    expected, answer = done.turn.expect, done.answer
    if answer.decision != expected.verdict:
        text = answer.reason or (done.outcome.text if done.outcome else "")
        raise Diverged(
            f"turn {done.number}: the guard said {answer.decision}, the script expects "
            f"{expected.verdict}: {done.call.input}\n{text}"
        )
    if expected.rule and f"rule {expected.rule}" not in answer.reason.lower():
        raise Diverged(f"turn {done.number}: not denied by rule {expected.rule}: {answer.reason}")
    if done.outcome is not None:
        names.update(captured(done.turn, done.outcome.text, names))


def _stop(judge: Judge) -> None:
    answer = judge.stop()
    if answer.decision != "allow":
        raise Diverged(f"the guard does not let the session end: {answer.reason}")
