"""One trial: a scenario set up, an agent let loose on it, and the healing graded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from agent_replay.tools import Tools
from self_heal import scenario as scenarios
from self_heal.bench import guards, plan, spec, turns
from self_heal.bench.plan import Which
from self_heal.bench.play import Done, Played, play
from self_heal.grader.grade import grade
from self_heal.grader.result import Grade
from self_heal.stage import Stage, staged


class Trial(NamedTuple):
    """One graded session, and how long its parts took in seconds."""

    scenario: str
    which: str
    grade: Grade
    surprises: tuple[str, ...]
    seconds: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """As it is written into a file of results."""
        told = {"scenario": self.scenario, "session": self.which, "seconds": self.seconds}
        return {**told, "surprises": list(self.surprises), **self.grade.as_json()}


def scripted(name: str, which: Which, folder: Path, guarded: bool = True) -> Trial:
    """Play one of the two scripted sessions of a scenario in a new folder, and grade it."""
    marks = [time.perf_counter()]
    with staged(name, folder) as stage:
        marks.append(time.perf_counter())
        played = heal(stage, which, guarded, lambda _: None)
        marks.append(time.perf_counter())
        graded = grade(stage, played.effort)
    marks.append(time.perf_counter())
    parts = ("set up", "session", "grade")
    spent = {part: round(b - a, 2) for part, a, b in zip(parts, marks, marks[1:], strict=False)}
    return Trial(name, which, graded, played.surprises, spent)


def heal(stage: Stage, which: Which, guarded: bool, watch: Callable[[Done], None]) -> Played:
    """Let the scripted agent work on a stage."""
    sessions = spec.read(scenarios.folder_of(stage.name))
    script = turns.script(plan.make(stage, sessions, which), stage.name)
    guard = guards.make(guarded, stage)
    return play(script, guard, Tools(stage.repo, stage.environment), stage, watch)
