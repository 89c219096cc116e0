"""Trials: a scenario set up, an agent let loose on it, the healing graded; many side by side."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple

from self_heal import scenario as scenarios
from self_heal.bench import agents, spec
from self_heal.bench.agents import Arm
from self_heal.grader.grade import grade
from self_heal.grader.result import Grade
from self_heal.stage import staged


class Trial(NamedTuple):
    """One graded session. `seconds` are those of its parts, `told` is what the agent says."""

    arm: str
    scenario: str
    number: int
    grade: Grade
    surprises: tuple[str, ...]
    seconds: dict[str, float]
    told: Mapping[str, Any] = {}

    def as_json(self) -> dict[str, Any]:
        """As it is written into the file of results."""
        return {**self._asdict(), "grade": self.grade.as_json(), "told": dict(self.told)}


def run(arm: Arm, name: str, folder: Path, number: int = 1) -> Trial:
    """One trial in a new folder."""
    marks = [time.perf_counter()]
    with staged(name, folder) as stage:
        marks.append(time.perf_counter())
        done = agents.work(arm, stage)
        marks.append(time.perf_counter())
        graded = grade(stage, done.effort)
    marks.append(time.perf_counter())
    parts = ("set up", "session", "grade")
    spent = {part: round(b - a, 2) for part, a, b in zip(parts, marks, marks[1:], strict=False)}
    return Trial(arm.name, name, number, graded, done.surprises, spent, done.told)


def run_all(
    arms: list[Arm], names: list[str], repeat: int, workers: int, watch: Callable[[Trial], None]
) -> list[Trial]:
    """Every arm on every scenario, `repeat` times; `watch` sees each trial as it ends."""
    wanted = [(arm, name, n) for name in names for arm in arms for n in range(1, repeat + 1)]
    context = multiprocessing.get_context("spawn")
    trials = []
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for future in as_completed([pool.submit(_one, *work) for work in wanted]):
            trials.append(future.result())
            watch(trials[-1])
    order = {arm.name: place for place, arm in enumerate(arms)}
    return sorted(trials, key=lambda trial: (trial.scenario, order[trial.arm], trial.number))


def _one(arm: Arm, name: str, number: int) -> Trial:
    with tempfile.TemporaryDirectory(prefix="self-heal-bench-") as folder:
        return run(arm, name, Path(folder) / "stage", number)


def stated_failure(trial: Trial) -> bool:
    """Whether a wrong session failed at least the checks that it is said to fail."""
    wanted = spec.read(scenarios.folder_of(trial.scenario)).wrong.fails
    return set(wanted) <= set(trial.grade.failed)
