"""Replays a transcript for real, and says where it goes otherwise than it was recorded.

A fresh stage of the transcript's scenario, seeded and with a frozen clock, so that ids, hashes and
times repeat. Each call of the transcript is judged by today's guard and run where it is allowed.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from agent_replay import compare
from agent_replay.compare import Difference
from agent_replay.live import FOLDER, SESSION, Live, redacted
from agent_replay.normalise import Bindings, first_id
from agent_replay.runtimes import OURS
from agent_replay.transcript import BadTranscript, Call, End, Transcript, Turn
from fake_bauplan.clock import Clock
from self_heal.stage import Stage, staged

SEED = 1
MOMENT = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


class Replayed(NamedTuple):
    """What came of a replay: the differences (none: it is the same session), and the new turns.

    `seconds` is the wall time of the session, `guard_seconds` the part of it in the guard.
    """

    differences: tuple[Difference, ...]
    turns: tuple[Turn, ...]
    end: End | None
    seconds: float
    guard_seconds: float


@contextmanager
def stage_for(transcript: Transcript) -> Iterator[Stage]:
    """A fresh stage of the transcript's scenario; raises BadTranscript where it names none."""
    scenario = transcript.header.versions.scenario
    if scenario is None:
        raise BadTranscript(
            f"{transcript.header.title!r} names no scenario, so there is nothing to replay it on: "
            "use --guard-only, or import it with --scenario."
        )
    with seeded(scenario.name) as stage:
        yield stage


@contextmanager
def seeded(scenario: str) -> Iterator[Stage]:
    """A stage in a temporary folder on which everything repeats."""
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        place = Path(folder).resolve() / "workspace"
        with staged(scenario, place, seed=SEED, clock=Clock(MOMENT)) as stage:
            yield stage


def replay(transcript: Transcript, keep_going: bool = False) -> Replayed:
    """Replay on a stage of its own; stops at the first difference unless it is to go on."""
    with stage_for(transcript) as stage:
        return Replay(transcript, stage).run(keep_going)


class Replay:
    """A replay on a stage, turn by turn."""

    def __init__(self, transcript: Transcript, stage: Stage) -> None:
        self.transcript = transcript
        runtime, known = transcript.header.versions.runtime.name, _known(transcript)
        self.same_words = runtime in OURS
        self.live = Live(stage, runtime, known.get("session") or _session(runtime))
        self.bindings = Bindings(
            {known[name]: value for name, value in stage.names.items() if name in known}
        )
        self.bindings.path(transcript.header.folder, str(stage.repo))
        self.turns: list[Turn] = []
        self.decided = 0
        """How long the guard's log was after the turns so far."""

    def branch(self, transcript: Transcript) -> Replay:
        """A replay of another transcript from this moment on; this one is not touched by it."""
        other = copy.copy(self)
        other.transcript, other.bindings = transcript, copy.deepcopy(self.bindings)
        other.live, other.turns = self.live.branch(), list(self.turns)
        return other

    def run(self, keep_going: bool = False, start: int = 0) -> Replayed:
        """Replay from turn number `start` (from 0) to the end."""
        found: list[Difference] = []
        for number in range(start, len(self.transcript.turns)):
            found += self.step(number)
            if found and not keep_going:
                return self._replayed(found, None)
        end = self.live.finish() if self.transcript.end is not None else None
        if end is not None and self.transcript.end is not None:
            found += compare.ends(self.transcript.end, end, self.bindings)
        return self._replayed(found, end)

    def step(self, number: int) -> list[Difference]:
        """Replay one turn; gives its differences."""
        recorded = self.transcript.turns[number]
        self.bindings.told(recorded.prompt)
        unseen = self.bindings.unseen(recorded.call.input)
        call = self._call(recorded)
        prompt = self.bindings.translated(recorded.prompt)
        actual = self.live.perform(call, prompt, recorded.say)
        self.turns.append(actual)
        tolerated = [t.of for t in self.transcript.header.tolerances if t.turn == number + 1]
        found = compare.turns(number + 1, recorded, actual, self.bindings, unseen, self.same_words)
        found += self._logged(number + 1, recorded)
        return [difference for difference in found if difference.of not in tolerated]

    def _logged(self, number: int, recorded: Turn) -> list[Difference]:
        """Whether the guard's log has gone on as it did in the recording."""
        end = self.transcript.end
        if end is None or not end.decisions:
            return []
        now, since = self.live.decisions(), self.decided
        self.decided = len(now)
        return compare.decisions(number, recorded, end.decisions, now, since)

    def _call(self, recorded: Turn) -> Call:
        arguments = self.bindings.translated(recorded.call.input)
        return recorded.call.model_copy(update={"input": arguments})

    def _replayed(self, found: list[Difference], end: End | None) -> Replayed:
        seconds = sum(turn.seconds for turn in self.turns)
        guard = self.live.guard.seconds
        return Replayed(tuple(found), tuple(self.turns), end, seconds, guard)


def _known(transcript: Transcript) -> Mapping[str, str]:
    """What the agent was told; the job of a live session is the one that the person names first."""
    words = " ".join(turn.prompt for turn in transcript.turns)
    job = first_id(words) if transcript.header.origin.kind == "live" else ""
    return {"job": job, **transcript.header.known} if job else transcript.header.known


def _session(runtime: str) -> str:
    """A session id of the form that the runtime gives: commands may print it."""
    return SESSION if runtime in OURS else "00000000-0000-4000-8000-000000000001"


def updated(transcript: Transcript, replayed: Replayed, stage: Stage) -> Transcript:
    """The transcript as it went now: to be written after a change that is meant."""
    header = transcript.header.model_copy(update={"folder": FOLDER})
    assert replayed.end is not None
    return redacted(header, list(replayed.turns), replayed.end, stage)
