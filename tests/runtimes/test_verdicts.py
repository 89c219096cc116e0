"""The same call gets the same verdict, whatever runtime it comes from."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline_guard import hook
from pipeline_guard.runtimes import BadEvent
from tests.runtimes.golden import payload

SHELLS = {
    "claude": ("claude-2.1.330", "PreToolUse.Bash"),
    "codex": ("codex-0.169.0", "PreToolUse.Bash"),
    "copilot": ("copilot-1.0.102", "PreToolUse.Bash"),
    "gemini": ("gemini-0.61.0", "BeforeTool.run_shell_command"),
    "opencode": ("opencode-1.18.33", "tool.execute.before.bash"),
}
FOLDERS = {"gemini": "dir_path", "opencode": "workdir"}

Ask = Callable[..., str]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "repo"
    (folder / "pipeline").mkdir(parents=True)
    (folder / "pipeline" / "bauplan_project.yml").write_text("project:\n  id: a\n  name: b\n")
    (folder / "pipeline" / "models.py").write_text("import bauplan\n")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", folder], check=True)
    return folder


def sent(runtime: str, version: str, name: str, repo: Path, **arguments: Any) -> str:
    """What the hook prints for a recorded call with other arguments, healing on."""
    event = payload(version, name)
    key = "args" if "args" in event else "toolArgs" if "toolArgs" in event else "tool_input"
    event[key] = {**event[key], **arguments}
    event["directory" if key == "args" else "cwd"] = str(repo)
    options = {"runtime": runtime, "phase": "before-tool", "active": "yes"}
    return hook.run(json.dumps(event).encode(), options).stdout


def shell(runtime: str, repo: Path, command: str, **arguments: Any) -> str:
    return sent(runtime, *SHELLS[runtime], repo, command=command, **arguments)


@pytest.mark.parametrize("runtime", SHELLS)
@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("git push origin main", "Rule 1"),
        ("touch notes.txt", "Rule 7"),
        ("python3 -c 'print(1)'", "Rule 8"),
        ("cat ~/.bauplan/config.yml", "eep secrets secret"),
    ],
)
def test_a_forbidden_command_is_refused_with_its_rule(runtime, command, rule, repo):
    answer = shell(runtime, repo, command)
    assert '"deny"' in answer
    assert rule in answer


@pytest.mark.parametrize("runtime", SHELLS)
def test_an_allowed_command_is_let_be(runtime, repo):
    assert "deny" not in shell(runtime, repo, "mkdir -p debug/job")


@pytest.mark.parametrize("runtime", FOLDERS)
def test_a_command_is_judged_in_the_folder_it_would_run_in(runtime, repo, tmp_path):
    assert '"deny"' in shell(
        runtime, repo, "mkdir -p debug/job", **{FOLDERS[runtime]: str(tmp_path)}
    )
    assert "deny" not in shell(runtime, repo, "mkdir -p job", **{FOLDERS[runtime]: "debug"})


@pytest.mark.parametrize(
    ("runtime", "version", "name", "arguments"),
    [
        ("claude", "claude-2.1.330", "PreToolUse.Write", {"file_path": "notes.md"}),
        ("copilot", "copilot-1.0.102", "PreToolUse.Write", {"path": "notes.md"}),
        ("copilot", "copilot-1.0.102", "preToolUse.create", {"path": "notes.md"}),
        ("gemini", "gemini-0.61.0", "BeforeTool.write_file", {"file_path": "notes.md"}),
        ("opencode", "opencode-1.18.33", "tool.execute.before.write", {"filePath": "notes.md"}),
        (
            "codex",
            "codex-0.169.0",
            "PreToolUse.apply_patch",
            {"command": "*** Begin Patch\n*** Add File: notes.md\n+x\n*** End Patch"},
        ),
        (
            "codex",
            "codex-0.169.0",
            "PreToolUse.apply_patch",
            {"command": "*** Begin Patch\n*** Delete File: ../other.md\n*** End Patch"},
        ),
    ],
)
def test_a_forbidden_write_is_refused(runtime, version, name, arguments, repo):
    answer = sent(runtime, version, name, repo, **arguments)
    assert '"deny"' in answer
    assert "Rule 7" in answer


@pytest.mark.parametrize(
    "command",
    ["bash", "sh -i", "python3", "python3 -i", "node", "psql", "bc", "vi a", "less a", "cat | sh"],
)
def test_codex_starts_no_program_that_would_run_what_is_typed_later(command, repo):
    """`write_stdin` types into a running program and comes to no hook."""
    assert '"deny"' in shell("codex", repo, command)


@pytest.mark.parametrize("runtime", SHELLS)
@pytest.mark.usefixtures("repo")
def test_a_tool_that_nobody_knows_is_refused(runtime):
    version, name = SHELLS[runtime]
    event = payload(version, name)
    event["tool" if "tool" in event else "tool_name"] = "brand_new_tool"
    options = {"runtime": runtime, "phase": "before-tool", "active": "yes"}
    assert '"deny"' in hook.run(json.dumps(event).encode(), options).stdout


UNKNOWN = {
    "session": "s",
    "tool": "shell",
    "input": {"command": "git status"},
    "hook_event_name": "PreShell",
}


@pytest.mark.usefixtures("repo")
def test_an_unknown_runtime_is_refused_before_a_tool_and_left_alone_elsewhere():
    data = json.dumps(UNKNOWN).encode()
    with pytest.raises(BadEvent, match="known are claude, codex"):
        hook.run(data, {"phase": "before-tool", "active": "yes"})
    assert hook.run(data, {"phase": "stop", "active": "yes"}) == ("", "", 0)


PROMPTS = {
    "copilot": ("copilot-1.0.102", "SessionStart", {"hook_event_name": "UserPromptSubmit"}),
    "gemini": ("gemini-0.61.0", "BeforeAgent", {}),
}


@pytest.mark.parametrize("runtime", PROMPTS)
def test_a_refused_stop_that_comes_back_as_a_prompt_is_not_the_persons_word(runtime, repo):
    """Else the guard's own words could consent, and the stop be refused for ever."""

    def heard(words: str) -> bool:
        version, name, fields = PROMPTS[runtime]
        event = {**payload(version, name), **fields, "prompt": words, "cwd": str(repo)}
        options = {"runtime": runtime, "phase": "prompt", "active": "yes"}
        hook.run(json.dumps(event).encode(), options)
        ledgers = (repo.parent / "state").rglob("ledger.jsonl")
        return any("delete debug/x" in path.read_text() for path in ledgers)

    assert not heard("The self-healing guard: delete debug/x")
    assert heard("delete debug/x")
