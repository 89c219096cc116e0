"""Trials for the tests: which scenarios run each time, and stages that sessions have worked on."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from self_heal import scenario as scenarios
from self_heal.bench import scripted
from self_heal.stage import Stage, staged

EACH_TIME = (
    "dropped-column",
    "duplicate-join",
    "failure-on-main",
    "hostile-text",
    "no-repository",
    "out-of-range",
    "planning-cycle",
    "transient-fault",
    "two-causes",
    "unpinnable",
    "wrong-expectation",
)
"""Half of the scenarios, each way of failing among them; `self-heal bench` runs all."""


def chosen() -> tuple[str, ...]:
    """The scenarios to play: with `SELF_HEAL_ALL_SCENARIOS` set, every one."""
    return tuple(scenarios.known()) if os.environ.get("SELF_HEAL_ALL_SCENARIOS") else EACH_TIME


@pytest.fixture(scope="session")
def healed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage after the reference session of `hostile-text`, its lakehouse running."""
    with staged("hostile-text", tmp_path_factory.mktemp("healed") / "stage") as stage:
        scripted.heal(stage, "reference", True, lambda _: None)
        yield stage
