"""Plays a scripted session to its end, whatever the guard says, and tells what happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from agent_replay.hooks import Answer, Judge
from agent_replay.play import play_turn
from agent_replay.script import BadScript, Call, Script, Turn, captured, fill
from agent_replay.tools import Outcome, Tools
from self_heal.grader.result import Effort
from self_heal.stage import Stage

STOPS = 3
"""So often the agent tries to stop: the guard refuses at most twice in a row."""


class Done(NamedTuple):
    """One call as it went: with its values filled in, the verdict, the result."""

    step: int
    say: str
    call: Call
    answer: Answer
    outcome: Outcome | None
    seconds: float


class Played(NamedTuple):
    """A whole session. `surprises` are verdicts and results that the script did not foresee."""

    calls: tuple[Done, ...]
    surprises: tuple[str, ...]
    seconds: float

    @property
    def effort(self) -> Effort:
        """What it took."""
        denied = [done.answer for done in self.calls if done.answer.decision != "allow"]
        rules = tuple("+".join(answer.rules) for answer in denied)
        return Effort(len(self.calls), rules, round(self.seconds, 2))


def play(
    script: Script, guard: Judge, tools: Tools, stage: Stage, watch: Callable[[Done], None]
) -> Played:
    """Make every call in order; one that is refused does not run, and the session goes on.

    It ends early where a value that later calls need does not appear.
    """
    names = dict(stage.names)
    surprises: list[str] = []
    calls: list[Done] = []
    started = time.perf_counter()
    guard.prompt(fill(script.header.prompt, names))
    if stage.scenario.told != "job":
        names = {"python": names["python"]}
    try:
        for number, turn in enumerate(script.turns, 1):
            calls.append(_turn(number, turn, names, guard, tools))
            watch(calls[-1])
            surprises += _surprise(turn, calls[-1])
            if (outcome := calls[-1].outcome) is not None:
                names.update(captured(turn, outcome.text, names))
    except BadScript as error:
        surprises.append(str(error))
    surprises += _stop(guard)
    return Played(tuple(calls), tuple(surprises), time.perf_counter() - started)


def _turn(number: int, turn: Turn, names: dict[str, str], guard: Judge, tools: Tools) -> Done:
    played = play_turn(number, turn, names, guard, tools)
    return Done(turn.step, turn.say, played.call, played.answer, played.outcome, played.seconds)


def _surprise(turn: Turn, done: Done) -> list[str]:
    """What a script of a guarded session did not foresee, in words."""
    shown = str(done.call.input)[:300]
    if turn.expect.verdict != done.answer.decision:
        return [f"{done.answer.decision}, not {turn.expect.verdict}: {shown}: {done.answer.reason}"]
    if done.outcome is not None and not done.outcome.ok:
        return [f"failed: {shown}: {done.outcome.text[-600:]}"]
    return []


def _stop(guard: Judge) -> list[str]:
    """End the turn; gives what the guard said to an end that it did not accept at once."""
    refused = []
    for attempt in range(STOPS):
        answer = guard.stop(again=attempt > 0)
        if answer.decision == "allow":
            break
        refused.append(f"the end was refused: {answer.reason}")
    return refused[:1]
