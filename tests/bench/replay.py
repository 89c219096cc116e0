"""What replaying costs: a whole healing with execution, many sessions judged, mutants caught."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from rich.progress import Progress, TimeElapsedColumn

from agent_replay import judge, killing, mutate, transcript
from agent_replay.killing import Killed
from agent_replay.replay import Replay, seeded
from agent_replay.transcript import SUFFIX, Transcript, Turn
from self_heal.places import plugin_root
from tests.bench.rows import Row

SESSIONS = int(os.environ.get("BENCH_SESSIONS", "200"))
MUTANTS = int(os.environ.get("BENCH_MUTANTS", "500"))
CALLS = 40
EXECUTED = 15.0
JUDGED = 10.0


def measure() -> list[Row]:
    """Execution, policy regression and the kill rate."""
    folder = plugin_root() / "tests" / "transcripts"
    session = transcript.read(folder / f"schema-drift{SUFFIX}")
    return [*_executed(session), _judged(session), *_killed(session)]


def _executed(session: Transcript) -> list[Row]:
    """A replay, and how its time is shared: the guard, and the rest in tools."""
    calls = len(session.turns)
    started = time.perf_counter()
    with seeded("schema-drift") as stage:
        set_up = time.perf_counter() - started
        done = Replay(session, stage).run()
    if done.differences:
        raise SystemExit(f"the session does not replay: {done.differences[0].diff()}")
    name = f"a replay of {calls} calls (promised for {CALLS}: {EXECUTED:g} s)"
    share = done.guard_seconds / done.seconds
    return [
        Row("the stage is set up", set_up),
        Row(name, done.seconds),
        Row("of it in the guard", done.guard_seconds, "the replay", share),
        Row("of it in tools", done.seconds - done.guard_seconds, "the replay", 1 - share),
    ]


def _judged(session: Transcript) -> Row:
    """As many sessions, each another prefix or selection of calls of the healing."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number:04d}{SUFFIX}" for number in range(SESSIONS)]
        for number, path in enumerate(paths):
            transcript.write(_variant(session, number), path)
        started = time.perf_counter()
        judged = judge.judge_all(paths)
        seconds = time.perf_counter() - started
    words = f"{SESSIONS} sessions, {judged.decisions} decisions, guard-only"
    return Row(f"{words} (promised: {JUDGED:g} s)", seconds)


def _variant(session: Transcript, number: int) -> Transcript:
    """Forty calls of the session, another one left out each time; without an end."""
    turns: list[Turn] = list(session.turns)
    left_out = number % (CALLS - 1) + 1
    kept = [turn for place, turn in enumerate(turns) if place != left_out][:CALLS]
    return session.model_copy(update={"turns": tuple(kept), "end": None})


def _killed(session: Transcript) -> list[Row]:
    """Of all mutants, those that a replay catches; each survivor with why it does the same."""
    drawn = mutate.mutants(session, MUTANTS, seed=1)
    started = time.perf_counter()
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn()) as progress:
        task = progress.add_task("mutants", total=len(drawn))

        def heard(one: Killed) -> None:
            progress.advance(task)
            if one.by is None:
                turn, what = one.mutant.turn + 1, f"{one.mutant.kind}: {one.mutant.how}"
                progress.console.print(f"survived: turn {turn}: {what}\n  {one.why}", markup=False)

        killed = killing.kill_all(session, drawn, heard)
    seconds = time.perf_counter() - started
    words = f"{len(killed)} mutants, {killing.rate(killed):.1%} caught (promised: 95 %)"
    return [Row(words, seconds)]
