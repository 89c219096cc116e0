"""An absent guard is seen: `self-heal guard status` fails unless the guard saw that very call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline_guard import runtimes
from self_heal.install.targets import command
from self_heal.presence import AGENTS
from tests.runtimes.golden import payload

SELF_HEAL = Path(sys.executable).parent / "self-heal"
STATUS = "self-heal guard status"
CALLS = {
    "claude": ("claude-2.1.330", "PreToolUse.Bash"),
    "codex": ("codex-0.169.0", "PreToolUse.Bash"),
    "copilot": ("copilot-1.0.102", "PreToolUse.Bash"),
    "gemini": ("gemini-0.61.0", "BeforeTool.run_shell_command"),
    "opencode": ("opencode-1.18.33", "tool.execute.before.bash"),
}


class Agent:
    """A runtime's agent in a repository where a person has switched healing on."""

    def __init__(self, runtime: str, folder: Path) -> None:
        self.runtime, self.repo = runtime, folder / "repo"
        subprocess.run(["git", "init", "--quiet", self.repo], check=True)
        person = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG")}
        self.environment = {**person, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
        self.shell(f"{SELF_HEAL} guard on")
        self.environment[AGENTS[runtime].variables[0]] = "1"

    def shell(self, line: str, sent: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=self.repo,
            env=self.environment,
            input=sent,
            capture_output=True,
            text=True,
            check=False,
        )

    def hook(self, words: str = STATUS) -> subprocess.CompletedProcess[str]:
        """What the runtime does before it runs a shell command."""
        event: dict[str, Any] = payload(*CALLS[self.runtime])
        arguments = event["args"] if "args" in event else event["tool_input"]
        arguments["command"] = words
        event["directory" if "args" in event else "cwd"] = str(self.repo)
        return self.shell(command("before-tool", self.runtime), json.dumps(event))

    def status(self) -> subprocess.CompletedProcess[str]:
        return self.shell(f"{SELF_HEAL} guard status")


def test_every_runtime_is_told_by_what_it_leaves_in_the_environment():
    assert set(AGENTS) == set(runtimes.NAMES)


@pytest.mark.parametrize("runtime", CALLS)
def test_a_call_that_no_hook_saw_fails_and_says_how_to_switch_the_hooks_on(runtime, tmp_path):
    done = Agent(runtime, tmp_path).status()
    assert done.returncode == 1
    assert "did not see this call" in done.stdout
    assert f"self-heal install --runtime {runtime}" in done.stdout


@pytest.mark.parametrize("runtime", CALLS)
def test_a_call_that_the_hook_saw_succeeds_once(runtime, tmp_path):
    """The hooks are gone after the first call: the second must not live on it."""
    agent = Agent(runtime, tmp_path)
    seen = agent.hook()
    assert (seen.returncode, "deny" in seen.stdout) == (0, False), seen
    assert agent.status().returncode == 0
    assert "did not see this call" in agent.status().stdout


@pytest.mark.parametrize(
    "words", ["echo self-heal guard status", "git status", "self-heal guard log"]
)
def test_another_call_that_the_hook_saw_does_not_count(words, tmp_path):
    agent = Agent("codex", tmp_path)
    agent.hook(words)
    assert agent.status().returncode == 1


def test_an_agent_cannot_switch_the_guard_off(tmp_path):
    """Whatever the runtime, what it leaves in the environment tells that no person typed this."""
    agent = Agent("copilot", tmp_path)
    assert agent.shell(f"{SELF_HEAL} guard off").returncode == 9


def test_a_session_in_an_armed_repository_is_on_for_calls_elsewhere_too(tmp_path):
    """Codex tells the folder that a command runs in as the event's own."""
    agent = Agent("codex", tmp_path)
    said = payload("codex-0.169.0", "UserPromptSubmit") | {"cwd": str(agent.repo)}
    agent.shell(command("prompt", "codex"), json.dumps(said))
    elsewhere = payload("codex-0.169.0", "PreToolUse.Bash") | {"cwd": str(tmp_path)}
    elsewhere["tool_input"] = {"command": f"git -C {agent.repo} push origin main"}
    assert '"deny"' in agent.shell(command("before-tool", "codex"), json.dumps(elsewhere)).stdout
