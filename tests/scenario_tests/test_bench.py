"""`self-heal bench`: any program as an agent, figures that add up, files that can be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from self_heal.bench import agents, scores, show
from self_heal.bench.agents import Arm
from self_heal.bench.trials import Trial
from self_heal.errors import BadInput, CheckFailed
from self_heal.grader.result import Check, Effort, Grade

SELF_HEAL = Path(sys.executable).with_name("self-heal")


def bench(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [SELF_HEAL, "bench", *words, "--out", str(folder / "out")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def trial(scenario: str, passed: bool, number: int = 1, **told: object) -> Trial:
    checks = (Check("branched", "it is", passed, "seen"),)
    grade = Grade(scenario, checks, Effort(10, ("git_only",), 1.0))
    return Trial("scripted", scenario, number, grade, (), {"session": 2.0}, told)


def test_any_program_can_be_the_agent(tmp_path: Path) -> None:
    """It works in the workspace, is told what a person would say, and is graded by what it did."""
    figures = """'{"dollars": 0.5, "model": "m"}'"""
    command = f'test {{prompt}} != "" && bauplan info && echo {figures}'
    done = bench(tmp_path, "out-of-range", "--agent", "command", "--command", command, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    (only,) = found["trials"]
    assert only["surprises"] == []
    assert not only["grade"]["passed"]
    answers = {check["name"]: check["answer"] for check in only["grade"]["checks"]}
    assert answers["bauplan_untouched"] == "true"
    assert answers["rerun_green"] == "false"
    assert found["versions"]["bauplan"] == "0.3.5"
    assert only["told"] == {"dollars": 0.5, "model": "m"}
    assert found["scores"][0]["cost"] == 0.5


def test_figures_and_plot_are_written(tmp_path: Path) -> None:
    """JSON and SVG beside each other, also where the agent did not do well."""
    bench(tmp_path, "out-of-range", "--agent", "command", "--command", "false")
    told = json.loads((tmp_path / "out" / "results.json").read_text())
    assert told["scores"][0]["pass_1"] == 0.0
    assert told["trials"][0]["surprises"] == ["exit code 1: "]
    assert ElementTree.parse(tmp_path / "out" / "plot.svg").getroot().tag.endswith("svg")


def test_pass_1_counts_trials_and_pass_k_scenarios() -> None:
    """Two of three trials, one of two scenarios."""
    trials = [trial("a", True), trial("a", False, 2), trial("b", True), trial("b", True, 2)]
    found = scores.score("scripted", trials)
    assert (found.pass_1, found.pass_k, found.k) == (0.75, 0.5, 2)
    assert found.failed == {"branched": 1}
    assert found.attempted == 4
    assert found.cost is None


def test_cost_is_what_the_agent_tells() -> None:
    """Summed over the trials that tell it."""
    trials = [trial("a", True, dollars=0.25), trial("b", True, dollars=0.5)]
    assert scores.score("scripted", trials).cost == 0.75


def test_markup_in_names_stays_text_in_the_plot() -> None:
    """An arm's name comes from a command line."""
    found = scores.score("scripted", [trial("a", True)])._replace(arm="<script>alert(1)</script>")
    assert "<script>" not in show.plot([found])


@pytest.mark.parametrize(
    ("arm", "says"),
    [
        (Arm("scripted", skill=False), "reads no skill"),
        (Arm("api", guard=False), "never runs without"),
        (Arm("command"), "--command"),
    ],
)
def test_a_combination_that_means_nothing_is_refused(arm: Arm, says: str) -> None:
    """With the reason, before anything is set up."""
    with pytest.raises(BadInput, match=says):
        agents.check(arm)


def test_without_a_key_the_healer_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which variable to set."""
    monkeypatch.delenv(agents.KEY_VARIABLE, raising=False)
    with pytest.raises(BadInput, match=agents.KEY_VARIABLE):
        agents.check(Arm("api"))


def test_a_scripted_session_that_goes_astray_is_an_error() -> None:
    """The bench tests itself: exit code 1 and the scenario's name."""
    from self_heal.commands import bench as command

    with pytest.raises(CheckFailed, match=r"null-keys \(scripted\)"):
        command._judge("scripted", [trial("null-keys", False)])


def test_an_unknown_scenario_lists_the_known_ones(tmp_path: Path) -> None:
    """A typing error is answered with the right names."""
    done = bench(tmp_path, "null-kyes")
    assert done.returncode == BadInput.exit_code
    assert "null-keys" in done.stderr
