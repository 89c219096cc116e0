"""`self-heal report check`: what a person and a program read about the reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.ledger import remembered

TEXTS = Path(__file__).parent / "reports"
JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"
SELF_HEAL = Path(sys.executable).parent / "self-heal"
SUMMARY = "debug/summary.md"

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder without git in which a pipeline was healed."""
    paths = {
        "job": f"debug/job/{JOB}.md",
        "data": "debug/data_snapshot/flights.md",
        "summary": SUMMARY,
    }
    for kind, path in paths.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((TEXTS / f"{kind}.md").read_text())
    return tmp_path


@pytest.fixture
def command(folder: Path) -> Command:
    """Runs `self-heal report check` with a lakehouse that does not answer."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{SELF_HEAL.parent}:{os.defpath}",
            "HOME": str(folder),
            "BAUPLAN_API_ENDPOINT": "http://127.0.0.1:9",
            "BAUPLAN_API_KEY": "none",
        }
        line = [str(SELF_HEAL), "report", "check", *arguments]
        return subprocess.run(
            line, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_complete_reports_pass(command: Command):
    done = command("--offline")
    assert (done.returncode, done.stdout) == (0, "The reports in debug are complete.\n")


def test_a_table_that_was_looked_at_needs_its_report(command: Command, folder: Path):
    """As the guard has it when the agent wants to stop: the two never disagree."""
    seen = {"fact": "table", "name": "nyc.delays", "ref": "demo.dev@" + "a" * 64}
    remembered(folder / ".local" / "state", folder, JOB, seen)
    done = command("--offline")
    assert done.returncode == 1
    assert "the data report of `nyc.delays` is missing" in done.stdout


def test_what_is_missing_is_told_with_file_and_line(command: Command, folder: Path):
    path = folder / SUMMARY
    path.write_text(path.read_text().replace("\nGreen\n", "\nIt works\n"))
    done = command("--offline")
    assert done.returncode == 1
    assert done.stdout.startswith("debug/summary.md:22: `Rerun result`: begins with `Green`")
    assert done.stderr.splitlines()[-1] == (
        "self-heal: 1 thing(s) missing from the reports in debug."
    )


def test_a_program_reads_problems_and_values(command: Command, folder: Path):
    (folder / "debug" / "notes.md").write_text("x")
    done = command("debug", "--json", "--offline")
    printed = json.loads(done.stdout)
    assert (done.returncode, printed["valid"]) == (1, False)
    (problem,) = printed["problems"]
    assert problem["file"].endswith("debug/notes.md")
    (data,) = [entry for entry in printed["reports"] if entry["kind"] == "data_report"]
    assert data["values"]["row_count"] == 336776


def test_a_lakehouse_that_does_not_answer_is_a_note_and_no_problem(command: Command):
    done = command()
    assert done.returncode == 0
    assert "not compared with what the platform knows" in done.stderr


@pytest.mark.parametrize("where", ["nowhere", "empty"])
def test_without_reports_it_says_where_they_belong(command: Command, folder: Path, where: str):
    (folder / "empty").mkdir()
    done = command(where)
    assert done.returncode == 4
    assert done.stderr.startswith("self-heal: There is no ")
    assert len(done.stderr.splitlines()) == 1
