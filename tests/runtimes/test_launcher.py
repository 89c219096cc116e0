"""The launcher in every runtime: next to nothing while healing is off, one line when it fails."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from self_heal.install.targets import TARGETS, command, launcher
from tests.runtimes.golden import payload

OFF = {"cursor": '{"permission":"allow"}', "opencode": '{"decision":"allow"}'}
SKILLS = {
    "codex": ("codex-0.169.0", "PreToolUse.Bash", {}),
    "copilot": ("copilot-1.0.102", "PostToolUse.skill", {"hook_event_name": "PreToolUse"}),
    "gemini": ("gemini-0.61.0", "BeforeTool.read_file", {"tool_name": "activate_skill"}),
    "opencode": ("opencode-1.18.33", "tool.execute.before.read", {"tool": "skill"}),
}
ARGUMENTS = {"copilot": "tool_input", "gemini": "tool_input", "opencode": "args"}


class Host:
    """A runtime with an empty state; it starts the launcher as its hooks file says."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state" / "self-healing-pipeline"
        self.folder = folder
        self.environment = {
            "HOME": str(folder),
            "XDG_STATE_HOME": str(folder / "state"),
            "PATH": os.environ["PATH"],
        }

    def send(self, line: str, event: Mapping[str, Any]) -> tuple[str, str, int]:
        """The launcher's answer: its two streams and its exit code."""
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            input=json.dumps(event),
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout, done.stderr, done.returncode


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.mark.parametrize("runtime", sorted(TARGETS))
def test_while_healing_is_off_a_call_is_let_be_and_nothing_is_written(host: Host, runtime: str):
    event = {"tool_name": "anything"}
    assert host.send(command("before-tool", runtime), event) == (OFF.get(runtime, ""), "", 0)
    assert not host.state.exists()


def skill_call(runtime: str, folder: Path) -> dict[str, Any]:
    """The call that loads the skill, in the runtime's own form."""
    version, name, fields = SKILLS[runtime]
    event = {**payload(version, name), **fields}
    skill = folder / "skills" / "self-healing-pipeline" / "SKILL.md"
    if runtime == "codex":
        event["tool_input"] = {"command": f"cat {skill}"}
        return event
    key = "skill" if runtime == "copilot" else "name"
    event[ARGUMENTS[runtime]] = {key: "self-healing-pipeline"}
    return event


@pytest.mark.parametrize("runtime", SKILLS)
def test_the_runtimes_own_way_to_load_the_skill_switches_healing_on(host: Host, runtime: str):
    line = command("before-tool", runtime)
    assert "deny" not in host.send(line, skill_call(runtime, host.folder))[0]
    assert any(path.name.startswith("session.") for path in (host.state / "armed").iterdir())


@pytest.mark.parametrize("runtime", ["codex", "copilot"])
def test_the_plugins_one_hooks_file_serves_a_runtime_inside_claude_code(host: Host, runtime: str):
    """The variables of Claude Code around it are inherited; they must not mislead."""
    host.environment["CLAUDE_CODE_SESSION_ID"] = "outer"
    host.environment["COPILOT_CLI" if runtime == "copilot" else "PLUGIN_ROOT"] = "1"
    line = f"/bin/sh {launcher()} before-tool"
    host.send(line, skill_call(runtime, host.folder))
    event = payload(SKILLS[runtime][0], "PreToolUse.Bash")
    event["tool_input"] = {"command": "git push origin main"}
    event["session_id"] = skill_call(runtime, host.folder)["session_id"]
    assert '"deny"' in host.send(line, event)[0]


def test_only_reading_the_installed_skill_itself_switches_healing_on(host: Host):
    """A person's agent may read about the skill, or another file of that name."""
    line = command("before-tool", "codex")
    event = payload("codex-0.169.0", "PreToolUse.Bash")
    for words in (
        "cat docs/SKILL.md",
        "grep -r self-healing-pipeline .",
        "ls self-healing-pipeline",
    ):
        event["tool_input"] = {"command": words}
        assert host.send(line, event) == ("", "", 0)
    assert not list(host.state.glob("armed/*"))


@pytest.mark.parametrize("runtime", sorted(TARGETS))
def test_an_engine_that_dies_is_one_line_and_exit_code_2(host: Host, runtime: str):
    dead = host.folder / "dead"
    dead.write_text("#!/bin/sh\nkill -9 $$\n")
    dead.chmod(0o755)
    (host.state / "armed").mkdir(parents=True)
    (host.state / "armed" / "repository.%2F").touch()
    (host.state / "interpreter").write_text(f"{dead}\n{host.folder}\n")
    out, err, code = host.send(command("before-tool", runtime), {"tool_name": "anything"})
    assert (out, code) == ("", 2)
    assert err.count("\n") == 1
    assert "engine ended with code 137" in err
