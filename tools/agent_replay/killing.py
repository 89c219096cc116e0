"""How many mutants of a transcript a replay catches, and why the others do the same.

One replay goes through the session. Where a mutant begins to differ, the stage is kept, the mutant
is replayed from there until it is caught, and the stage is put back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agent_replay.compare import Difference
from agent_replay.mutate import Mutant
from agent_replay.replay import Replay
from agent_replay.snapshot import undone
from agent_replay.transcript import Transcript
from self_heal.stage import Stage

PROMISED = 0.95
"""The share of mutants that a replay has to catch."""
_OF_ORDER = ("drop a call", "swap two")


class Killed(NamedTuple):
    """A mutant and what caught it; None where it survived, with why it does the same."""

    mutant: Mutant
    by: Difference | None
    why: str = ""


def kill(transcript: Transcript, mutants: Sequence[Mutant], stage: Stage) -> list[Killed]:
    """Replay every mutant; raises AssertionError where the transcript itself does not replay."""
    base = Replay(transcript, stage)
    found = []
    for number in range(len(transcript.turns)):
        for mutant in (mutant for mutant in mutants if mutant.turn == number):
            found.append(_tried(mutant, base, stage))
        differences = base.step(number)
        assert not differences, differences[0].diff()
    return found


def rate(killed: Sequence[Killed]) -> float:
    """The share of mutants that were caught."""
    return sum(one.by is not None for one in killed) / len(killed)


def _tried(mutant: Mutant, base: Replay, stage: Stage) -> Killed:
    with undone(stage):
        again = base.branch(mutant.transcript)
        differences = again.run(start=mutant.turn).differences
    caught = differences[0] if differences else None
    return Killed(mutant, caught, "" if caught else _why(mutant))


def _why(mutant: Mutant) -> str:
    if mutant.kind in _OF_ORDER:
        return "the calls do not depend on each other: neither the log nor the end state differs"
    return "the changed words have no effect on what the call does"
