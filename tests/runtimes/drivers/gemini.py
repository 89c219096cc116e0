"""Gemini CLI."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.runtimes.drivers import Stage
from tests.support.conversation import ToolUse

PACKAGE = "@google/gemini-cli"
BINARY = "gemini"
PLUGIN = None
CAN_REFUSE_STOP = True
SUBAGENT = "SUBAGENT TASK"


def skill_call(name: str) -> ToolUse:
    return ToolUse("activate_skill", {"name": name})


def shell(command: str) -> ToolUse:
    return ToolUse("run_shell_command", {"command": command, "description": "a step"})


def write(path: Path, text: str) -> ToolUse:
    return ToolUse("write_file", {"file_path": str(path), "content": text})


def agent() -> list[ToolUse]:
    return [ToolUse("invoke_agent", {"agent_name": "generalist", "prompt": SUBAGENT})]


def prepare(stage: Stage) -> None:
    folder = stage.home / ".gemini"
    folder.mkdir(exist_ok=True)
    settings = {"security": {"auth": {"selectedType": "gemini-api-key"}}}
    (folder / "settings.json").write_text(json.dumps(settings))


def environment(stage: Stage) -> Mapping[str, str]:
    return {
        "GEMINI_API_KEY": "any",
        "GOOGLE_GEMINI_BASE_URL": stage.url,
        "GEMINI_MODEL": "gemini-2.5-pro",
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
    }


def command(prompt: str, *, resumed: bool) -> list[str]:
    go_on = ["--resume", "latest"] if resumed else []
    return [*go_on, "-p", prompt, "--yolo"]
