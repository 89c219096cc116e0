"""`self-heal demo`: what a person sees who tries it, and what is refused."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from self_heal import scenario, stage
from self_heal.errors import BadInput, InTheWay, MissingProgram
from self_heal.grader.grade import NAMES

SELF_HEAL = Path(sys.executable).with_name("self-heal")


def demo(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the demo as a person does."""
    return subprocess.run(
        [SELF_HEAL, "demo", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_demo_heals_the_pipeline_and_says_how(tmp_path: Path) -> None:
    """All steps are shown, at least six calls are refused, every check holds."""
    done = demo("--workspace", "demo", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [f"Step {n}" in done.stdout for n in range(8)] == [True] * 8
    assert {f"Rule {n}" for n in (1, 3, 4, 6, 7, 8)} <= set(_rules(done.stdout))
    outcome = done.stdout.split("What came of it")[1]
    assert "✗" not in outcome
    assert outcome.count("✓") == len(NAMES) + 1
    reports = tmp_path / "demo" / "repository" / "debug"
    assert (reports / "summary.md").is_file()


def _rules(text: str) -> list[str]:
    return [f"Rule {part[0]}" for part in text.split("Rule ")[1:]]


def living(group: int) -> list[str]:
    """The processes of a group that run; one that has ended and is not yet reaped does not."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            name, _, rest = path.read_text().rpartition(")")
            state, _, its_group = rest.split()[:3]
            if its_group == str(group) and state != "Z":
                found.append(name)
    return found


def test_an_interrupted_demo_leaves_no_process(tmp_path: Path) -> None:
    """Ctrl-C ends the demo and everything that it started."""
    process = subprocess.Popen(
        [SELF_HEAL, "demo", "--workspace", "demo"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Step 1" in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait() == 130
    assert "nothing is left running" in rest
    patience = time.monotonic() + 20
    while living(process.pid) and time.monotonic() < patience:
        pass  # a process that was interrupted may still be on its way out
    assert living(process.pid) == []


def test_a_folder_that_is_not_a_workspace_is_left_alone(tmp_path: Path) -> None:
    """Even with --replace nothing is lost."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = demo("--workspace", "mine", "--replace", folder=tmp_path)
    assert done.returncode == InTheWay.exit_code
    assert "is not a workspace of self-heal" in done.stderr
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_workspace_is_replaced_only_when_asked(tmp_path: Path) -> None:
    """The second call says what to do; with --replace the folder is emptied."""
    folder = tmp_path / "demo"
    stage.clear(folder, replace=False)
    (folder / "left").touch()
    with pytest.raises(InTheWay, match="--replace"):
        stage.clear(folder, replace=False)
    stage.clear(folder, replace=True)
    assert [path.name for path in folder.iterdir()] == [stage.MARKER]


def test_an_unknown_scenario_lists_the_known_ones(tmp_path: Path) -> None:
    """A typing error is answered with the right names."""
    done = demo("--scenario", "schema-drfit", folder=tmp_path)
    assert done.returncode == BadInput.exit_code
    assert "Known: " in done.stderr
    assert "schema-drift" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: [", "cannot be read"),
        ("title: only a title", "Field required"),
        ("- a list", "the file"),
    ],
)
def test_a_broken_scenario_names_file_and_field(tmp_path: Path, text: str, says: str) -> None:
    """YAML that cannot be parsed, a missing field, another form."""
    (tmp_path / "scenario.yaml").write_text(text)
    with pytest.raises(BadInput, match=says):
        scenario.read(tmp_path)


def test_a_scenario_without_its_pipeline_is_refused(tmp_path: Path) -> None:
    """The project's folder is part of the scenario."""
    source = scenario.folder_of("schema-drift")
    with pytest.raises(BadInput, match="needs its pipeline"):
        scenario.copy_project(tmp_path, scenario.read(source), tmp_path / "into")


@pytest.mark.parametrize("prints", ["bauplan 9.9.9 (HEAD:0000000)", ""])
def test_another_bauplan_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prints: str
) -> None:
    """The fake speaks one version's wire, so the right command to install it is given."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(MissingProgram, match="is missing: install it"):
        stage.check_program()
    (tmp_path / "bauplan").write_text(f"#!/bin/sh\necho '{prints}'\n")
    (tmp_path / "bauplan").chmod(0o755)
    with pytest.raises(MissingProgram, match=r"not 0\.3\.5: install it"):
        stage.check_program()
