"""How many mutants of a transcript a replay catches, and why the others do the same.

One replay goes through the session. Where mutants begin to differ, the stage is kept; each of them
is replayed from there until it is caught, and the stage is put back. Many mutants are shared out to
the processors, each with a replay and a stage of its own.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from queue import Queue
from typing import NamedTuple

from agent_replay.compare import Difference
from agent_replay.mutate import Mutant
from agent_replay.replay import Replay, Replayed, stage_for
from agent_replay.snapshot import kept
from agent_replay.transcript import Transcript
from self_heal.stage import Stage

PROMISED = 0.95
"""The share of mutants that a replay has to catch."""
_OF_ORDER = ("drop a call", "swap two")
_WORTH = 40
"""So many mutants are worth a stage and a process of their own."""


class Killed(NamedTuple):
    """A mutant and what caught it; None where it survived, with why it does the same."""

    mutant: Mutant
    by: Difference | None
    why: str = ""


Listener = Callable[[Killed], None]


def kill_all(transcript: Transcript, mutants: Sequence[Mutant], tell: Listener) -> list[Killed]:
    """Replay every mutant on stages of their own; `tell` hears of each as soon as it is known."""
    workers = max(1, min(os.cpu_count() or 1, len(mutants) // _WORTH))
    if workers == 1:
        return _share(transcript, mutants, tell)
    processes = multiprocessing.get_context("spawn")
    with processes.Manager() as manager, ProcessPoolExecutor(workers, processes) as pool:
        heard: Queue[Killed | None] = manager.Queue()
        shares = [mutants[number::workers] for number in range(workers)]
        tasks = [pool.submit(_share, transcript, share, heard.put) for share in shares]
        for task in tasks:
            task.add_done_callback(lambda _: heard.put(None))
        _listen(heard, tasks, tell)
        return [one for task in tasks for one in task.result()]


def _listen(
    heard: Queue[Killed | None], tasks: Sequence[Future[list[Killed]]], tell: Listener
) -> None:
    """Hand on what the processes tell, until the last one has ended."""
    running = len(tasks)
    while running:
        one = heard.get()
        if one is None:
            running -= 1
        else:
            tell(one)


def _share(transcript: Transcript, mutants: Sequence[Mutant], tell: Listener) -> list[Killed]:
    with stage_for(transcript) as stage:
        return kill(transcript, mutants, stage, tell)


def kill(
    transcript: Transcript,
    mutants: Sequence[Mutant],
    stage: Stage,
    tell: Listener = lambda _: None,
) -> list[Killed]:
    """Replay every mutant; raises AssertionError where the transcript itself does not replay."""
    base = Replay(transcript, stage)
    found: list[Killed] = []
    for number in range(max((mutant.turn for mutant in mutants), default=-1) + 1):
        for killed in _tried([one for one in mutants if one.turn == number], base, stage):
            found.append(killed)
            tell(killed)
        differences = base.step(number)
        assert not differences, differences[0].diff()
    return found


def rate(killed: Sequence[Killed]) -> float:
    """The share of mutants that were caught."""
    return sum(one.by is not None for one in killed) / len(killed)


def _tried(mutants: Sequence[Mutant], base: Replay, stage: Stage) -> Iterator[Killed]:
    """Each of the mutants of one turn, replayed from the moment before it."""
    if not mutants:
        return
    with kept(stage) as moment:
        for mutant in mutants:
            replayed = base.branch(mutant.transcript).run(start=mutant.turn)
            moment.restore()
            yield _killed(mutant, replayed)


def _killed(mutant: Mutant, replayed: Replayed) -> Killed:
    if replayed.differences:
        return Killed(mutant, replayed.differences[0])
    return Killed(mutant, None, _why(mutant, replayed))


def _why(mutant: Mutant, replayed: Replayed) -> str:
    """Why a mutant that was replayed to its end without a difference does the same."""
    if mutant.kind in _OF_ORDER:
        return "the calls do not depend on each other: neither the log nor the end state differs"
    changed = replayed.turns[mutant.turn]
    if changed.verdict and changed.verdict.decision != "allow":
        rules = ", ".join(changed.verdict.rules)
        return f"the call is refused with these words as with the others ({rules}): it never runs"
    return "the call does the same with these words: result, log and end state do not differ"
