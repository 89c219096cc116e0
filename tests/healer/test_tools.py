"""The agent's tools: real ones, in the workspace, with limits, and without the API's key."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console

from healer import environment, progress, toolbox
from healer.looks import only_looks
from healer.toolbox import Toolbox
from pipeline_guard.events import ToolCall
from tests.healer.conftest import KEY


@pytest.fixture
def tools(project: Path, monkeypatch: pytest.MonkeyPatch) -> Toolbox:
    """The tools of a healing whose process was started with many variables."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    monkeypatch.setenv("BAUPLAN_PROFILE", "default")
    return Toolbox(project, environment.minimal(os.environ), (KEY,))


def test_a_command_gets_what_it_needs_and_no_key(tools: Toolbox) -> None:
    """Home, path and the Bauplan account; nothing of the model's API or of other services."""
    seen = tools.run("Bash", {"command": "env"})
    names = {line.partition("=")[0] for line in seen.text.splitlines()}
    assert {"HOME", "PATH", "BAUPLAN_PROFILE", "XDG_STATE_HOME"} <= names
    assert KEY not in seen.text
    assert "another-secret" not in seen.text


def test_the_key_is_taken_out_of_the_process() -> None:
    """What the guard itself starts has not got it either."""
    variables = {"ANTHROPIC_API_KEY": f" {KEY} ", "HOME": "/"}
    assert environment.take_key(variables) == KEY
    assert variables == {"HOME": "/"}
    assert environment.take_key(variables) == ""


def test_a_key_in_a_file_does_not_reach_the_model(tools: Toolbox, project: Path) -> None:
    """Masked wherever a tool would print it."""
    (project / "notes.sql").write_text(f"-- {KEY}\n")
    assert tools.run("Read", {"file_path": "notes.sql"}).text == "-- ***\n"
    assert KEY not in tools.run("Bash", {"command": "cat notes.sql"}).text


def test_long_output_keeps_its_beginning_and_its_end(tools: Toolbox) -> None:
    """A model needs both; the middle is left out, and that is said."""
    seen = tools.run("Bash", {"command": "seq 1 100000"})
    assert seen.ok
    assert len(seen.text) < toolbox.LONGEST + 100
    assert seen.text.startswith("1\n2\n")
    assert seen.text.endswith("99999\n100000\n")
    assert "bytes left out]" in seen.text


def is_read(fifo: Path) -> bool:
    """Whether any process has it open for reading."""
    try:
        os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        return error.errno != errno.ENXIO
    return True


def test_a_command_that_takes_too_long_is_stopped_with_all_it_started(
    tools: Toolbox, project: Path
) -> None:
    """Also what it put in the background."""
    os.mkfifo(project / "fifo")
    started = time.monotonic()
    seen = tools.run("Bash", {"command": "echo begun; cat fifo & cat fifo", "timeout": 300})
    assert (seen.ok, seen.exit_code) == (False, 124)
    assert "begun" in seen.text
    assert "[stopped after 0.3 s]" in seen.text
    assert time.monotonic() - started < toolbox.SECONDS
    assert any(not is_read(project / "fifo") for _ in range(100_000))


def test_a_command_that_leaves_something_behind_does_not_hang(tools: Toolbox) -> None:
    """Its output ends when it ends."""
    seen = tools.run("Bash", {"command": "sleep 600 & echo done"})
    assert (seen.ok, seen.text) == (True, "done\n")


def test_an_interruption_stops_what_runs(tools: Toolbox, project: Path) -> None:
    """Ctrl-C need not wait for the command."""
    os.mkfifo(project / "fifo")
    results = []
    work = threading.Thread(
        target=lambda: results.append(tools.run("Bash", {"command": "cat fifo"}))
    )
    work.start()
    with (project / "fifo").open("w"):
        tools.stop.set()
        work.join()
    assert not results[0].ok


def test_files_are_read_written_and_edited_in_the_workspace(tools: Toolbox, project: Path) -> None:
    """An edit that is not unique is refused, unless all are meant."""
    assert tools.run("Write", {"file_path": "a/b.sql", "content": "x\nx\ny\n"}).ok
    assert tools.run("Read", {"file_path": "a/b.sql", "offset": 2, "limit": 1}).text == "x\n"
    edit = {"file_path": "a/b.sql", "old_string": "x", "new_string": "z"}
    refused = tools.run("Edit", edit)
    assert (refused.ok, "2 times" in refused.text) == (False, True)
    assert tools.run("Edit", {**edit, "replace_all": True}).ok
    assert (project / "a" / "b.sql").read_text() == "z\nz\ny\n"
    missing = tools.run("Read", {"file_path": "none.sql"})
    assert (missing.ok, "none.sql" in missing.text) == (False, True)


def test_files_are_found_by_name_and_by_content(tools: Toolbox, project: Path) -> None:
    """Below the folder, not in git's own."""
    (project / "deep").mkdir()
    (project / "deep" / "one.sql").write_text("SELECT 1\n")
    found = tools.run("Glob", {"pattern": "**/*.sql"}).text
    assert found == str(project / "deep" / "one.sql")
    assert tools.run("Glob", {"pattern": "*.py"}).text == str(project / "models.py")
    assert tools.run("Glob", {"pattern": "*.md"}).text == "No file fits."
    assert tools.run("Grep", {"pattern": "SELECT [0-9]"}).text == "./deep/one.sql:1:SELECT 1\n"
    assert tools.run("Grep", {"pattern": "SELECT", "glob": "*.py"}).text == "No line fits."
    assert not tools.run("Grep", {"pattern": "("}).ok


@pytest.mark.parametrize(
    ("name", "arguments", "looks"),
    [
        ("Read", {"file_path": "models.py"}, True),
        ("Grep", {"pattern": "x"}, True),
        ("Bash", {"command": "ls | sort"}, True),
        ("Bash", {"command": "git log --oneline"}, True),
        ("Bash", {"command": "bauplan query --ref main@1 'SELECT 1'"}, True),
        ("Bash", {"command": "bauplan checkout demo.debug_1"}, False),
        ("Bash", {"command": "git commit -m x"}, False),
        ("Bash", {"command": "git branch new"}, False),
        ("Bash", {"command": "ls > files"}, False),
        ("Write", {"file_path": "a", "content": ""}, False),
        ("code_run", {"project_files": {}, "ref": "x"}, False),
    ],
    ids=str,
)
def test_only_looks_run_side_by_side(
    project: Path, name: str, arguments: dict[str, object], looks: bool
) -> None:
    """What may change something waits for its turn."""
    assert only_looks(ToolCall(name, arguments), str(project)) is looks


def test_progress_in_a_terminal_and_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Step, tool, verdict and cost, for a person; markup in the words stays text."""
    tool = {"tool": "Bash", "what": "ls [red]", "verdict": "deny", "ok": False, "seconds": 0}
    turn = {"turn": 3, "step": 2, "tokens": 1200, "dollars": 0.01, "minutes": 1.5}
    screen = io.StringIO()
    with progress.live(
        Console(file=screen, force_terminal=True, width=200, highlight=False)
    ) as show:
        show("turn", **turn)
        show("tool", **tool, reason="Rule 1: no")
    assert "ls [red]" in screen.getvalue()
    assert "2 create debug branches" in screen.getvalue()
    progress.plain("tool", **tool, reason="Rule 1: no")
    progress.plain("turn", **turn)
    printed = capsys.readouterr().out
    assert "deny  Bash ls [red]\n      Rule 1: no" in printed
    assert "turn 3 · step 2 create debug branches · 1,200 tokens, $0.010, 1.5 min" in printed
