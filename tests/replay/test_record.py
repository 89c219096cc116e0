"""`self-heal record`: a session is written down as it goes.

The runtime is a small program that fires the hooks of the plugins it is given, as Claude Code does.
With the real one it is `tests/replay/test_record_claude.py`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_replay import recording, redact, transcript
from tests.replay.conftest import SELF_HEAL

SECRET = "planted-secret-0123456789"
RUNTIME = """#!{python}
import json, os, pathlib, subprocess, sys, time
if "--version" in sys.argv:
    print("9.9.9 (Stand-in)")
    sys.exit(0)
plugin = pathlib.Path(sys.argv[sys.argv.index("--plugin-dir") + 1])
hooks = json.loads((plugin / "hooks" / "hooks.json").read_text())["hooks"]
def fire(name, **event):
    event = {{"session_id": "s", "transcript_path": "/t", "cwd": os.getcwd(),
             "permission_mode": "default", "hook_event_name": name, **event}}
    for group in hooks.get(name, []):
        for hook in group["hooks"]:
            data = json.dumps(event).encode()
            subprocess.run(["sh", "-c", hook["command"]], input=data, check=True)
def call(number, tool, text, **given):
    tried = dict(tool_name=tool, tool_input=given, tool_use_id=f"t{{number}}")
    fire("PreToolUse", **tried)
    if text is not None:
        fire("PostToolUse", **tried, tool_response={{"stdout": text, "stderr": ""}})
fire("UserPromptSubmit", prompt="Heal it; the key is {secret}.")
call(1, "Bash", "on main", command="git status")
call(2, "Bash", "api_key: {secret}", command="cat config")
if "--crash" in sys.argv:
    call(3, "Bash", None, command="sleep 1000")
    pathlib.Path("ready").touch()
    time.sleep(60)
call(3, "Bash", "", command="ls " + os.environ["HOME"])
sys.exit(7)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine of its own with the stand-in on PATH, and a secret in a variable."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "home").mkdir()
    program = tmp_path / "bin" / "claude"
    program.write_text(RUNTIME.format(python=sys.executable, secret=SECRET))
    program.chmod(0o755)
    path = os.pathsep.join([str(program.parent), str(SELF_HEAL.parent), os.defpath])
    return {"PATH": path, "HOME": str(tmp_path / "home"), "MY_TOKEN": SECRET}


def record(
    folder: Path, environment: Mapping[str, str], *words: str
) -> subprocess.CompletedProcess[str]:
    """Record the stand-in."""
    command = [
        str(SELF_HEAL),
        "record",
        "--out",
        "s.transcript.jsonl",
        "--",
        "claude",
        "-p",
        *words,
    ]
    return subprocess.run(
        command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False
    )


def test_a_session_is_written_down(tmp_path: Path, environment: dict[str, str]) -> None:
    """Prompt, calls, results and the end; the exit code is the command's own."""
    done = record(tmp_path, environment, "heal")
    assert done.returncode == 7, done.stderr
    found = transcript.read(tmp_path / "s.transcript.jsonl")
    assert [turn.call.input["command"] for turn in found.turns] == [
        "git status",
        "cat config",
        "ls ~",
    ]
    assert found.turns[0].prompt.startswith("Heal it")
    assert found.turns[0].result == transcript.Result(ok=True, text="on main", exit_code=0)
    assert found.header.versions.runtime == transcript.Part(name="claude", version="9.9.9")
    assert found.end is not None


def test_a_planted_secret_is_never_written(tmp_path: Path, environment: dict[str, str]) -> None:
    """Neither where its name stands beside it, nor in the person's words, nor the home folder."""
    record(tmp_path, environment, f"heal with {SECRET}")
    text = (tmp_path / "s.transcript.jsonl").read_text()
    assert SECRET not in text
    assert environment["HOME"] not in text
    assert redact.scan(text, environment) == []
    assert redact.scan(text.replace("on main", SECRET), environment) != []


def test_a_crash_leaves_a_valid_prefix(tmp_path: Path, environment: dict[str, str]) -> None:
    """The recorder is killed while a call runs: what had ended is there, and no end."""
    command = [str(SELF_HEAL), "record", "--out", "s.transcript.jsonl", "--", "claude", "--crash"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, start_new_session=True)
    path = tmp_path / "s.transcript.jsonl"
    until = time.monotonic() + 60
    while time.monotonic() < until and not (
        (tmp_path / "ready").exists() and path.read_text().count("\n") == 3
    ):
        os.sched_yield()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    found = transcript.read(path)
    assert [turn.call.id for turn in found.turns] == ["t1", "t2"]
    assert found.end is None


def test_an_existing_file_is_left_alone(tmp_path: Path, environment: dict[str, str]) -> None:
    """A recording is never lost to another one."""
    (tmp_path / "s.transcript.jsonl").write_text("mine")
    assert record(tmp_path, environment, "heal").returncode == 5
    assert (tmp_path / "s.transcript.jsonl").read_text() == "mine"


def test_only_whole_lines_of_events_are_read(tmp_path: Path) -> None:
    """A hook may be writing just now."""
    path = tmp_path / "events"
    assert recording.read_new(path, 0) == ([], 0)
    path.write_text('{"a": 1}\n{"b"')
    events, offset = recording.read_new(path, 0)
    assert (events, offset) == ([{"a": 1}], 9)
    path.write_text('{"a": 1}\n{"b": 2}\n')
    assert recording.read_new(path, offset) == ([{"b": 2}], 18)


def test_an_event_that_cannot_be_read_does_not_stop_the_agent(tmp_path: Path) -> None:
    """The reason is left for the person."""
    done = subprocess.run(
        [sys.executable, "-m", "agent_replay.capture", str(tmp_path / "events")],
        input=b"{not json",
        check=False,
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert "Expecting property name" in (tmp_path / "events.errors").read_text()


GEMINI = """#!{python}
import json, os, pathlib, subprocess, sys
if "--version" in sys.argv:
    print("0.61.0")
    sys.exit(0)
hooks = json.loads(pathlib.Path("hooks.json").read_text())["hooks"]
def fire(name, **event):
    event = {{"session_id": "s", "transcript_path": "/t", "cwd": os.getcwd(),
             "hook_event_name": name, "timestamp": "2026-01-01T00:00:00Z", **event}}
    for group in hooks[name]:
        for hook in group["hooks"]:
            subprocess.run(["sh", "-c", hook["command"]], input=json.dumps(event).encode())
tried = dict(tool_name="run_shell_command", tool_input={{"command": "git status"}})
fire("BeforeAgent", prompt="Heal it.")
fire("BeforeTool", **tried)
fire("AfterTool", **tried, tool_response={{"llmContent": "Output: on main\\nExit Code: 0"}})
"""


def test_a_runtime_with_hooks_in_a_file_is_recorded(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Its hooks file holds what --hooks prints; without a recording that does nothing."""
    program = tmp_path / "bin" / "gemini"
    program.write_text(GEMINI.format(python=sys.executable))
    program.chmod(0o755)
    printed = [str(SELF_HEAL), "record", "--hooks", "gemini"]
    done = subprocess.run(printed, env=environment, capture_output=True, text=True, check=True)
    (tmp_path / "hooks.json").write_text(done.stdout)
    alone = subprocess.run(
        [program], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    assert (alone.stdout, alone.stderr) == (b"", b"")
    command = [str(SELF_HEAL), "record", "--out", "s.transcript.jsonl", "--", "gemini"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    (turn,) = transcript.read(tmp_path / "s.transcript.jsonl").turns
    assert (turn.prompt, turn.call.tool) == ("Heal it.", "Bash"), done.stderr
    assert turn.call.input == {"command": "git status"}
    assert turn.result is not None


def test_a_runtime_without_the_hooks_is_told_of_them(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """A recording in which nothing is says what to do."""
    program = tmp_path / "bin" / "codex"
    program.write_text("#!/bin/sh\necho codex 1\n")
    program.chmod(0o755)
    command = [str(SELF_HEAL), "record", "--out", "s.transcript.jsonl", "--", "codex"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert "self-heal record --hooks codex" in done.stderr
