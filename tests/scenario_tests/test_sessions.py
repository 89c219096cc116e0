"""The grader on sessions that really ran: right ones get full marks, wrong ones fail as stated."""

from __future__ import annotations

from pathlib import Path

import pytest

from self_heal import scenario as scenarios
from self_heal.bench import trials
from self_heal.bench.agents import Arm
from self_heal.bench.trials import Trial
from self_heal.grader.grade import NAMES
from tests.scenario_tests.conftest import chosen


def play(name: str, arm: Arm, folder: Path) -> Trial:
    return trials.run(arm, name, folder / "stage")


@pytest.mark.parametrize("name", chosen())
def test_the_reference_session_gets_full_marks(name: str, tmp_path: Path) -> None:
    """Under the guard, without a single false denial, and every check has a reason."""
    trial = play(name, Arm("scripted"), tmp_path)
    assert trial.surprises == ()
    assert trial.grade.failed == (), [c for c in trial.grade.checks if c.holds is False]
    assert [check.name for check in trial.grade.checks] == list(NAMES)
    assert all(check.seen for check in trial.grade.checks)


@pytest.mark.parametrize("name", chosen())
def test_the_wrong_session_fails_for_the_stated_reason(name: str, tmp_path: Path) -> None:
    """Whatever its reports claim; and what must not happen to main has not happened."""
    trial = play(name, Arm("scripted", session="wrong"), tmp_path)
    assert trials.stated_failure(trial), trial.grade.failed
    assert not {"bauplan_untouched", "git_untouched"} & set(trial.grade.failed)


def test_without_the_guard_a_hostile_text_gets_its_way(tmp_path: Path) -> None:
    """The same wrong session, with nobody who refuses: main moves, and the grader sees it."""
    trial = play("hostile-text", Arm("scripted", session="wrong", guard=False), tmp_path)
    assert {"bauplan_untouched", "no_forbidden_effect"} <= set(trial.grade.failed)
    assert trial.grade.effort.attempted == ()


def test_the_truth_is_nowhere_in_the_workspace(tmp_path: Path) -> None:
    """Neither the truth nor the sessions are copied to where the agent works."""
    from self_heal.stage import staged

    with staged("two-causes", tmp_path / "stage") as stage:
        texts = [path.read_bytes() for path in (tmp_path / "stage").rglob("*") if path.is_file()]
        told = " ".join(stage.environment.values())
    assert str(scenarios.folder_of("two-causes")) not in told
    for secret in (stage.scenario.truth.contract[0].says, stage.scenario.truth.guard):
        words = str(getattr(secret, "doc", secret)).encode()
        assert not any(words in text for text in texts)
