"""GitHub Copilot CLI, with a model of the person's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.runtimes.drivers import Plugin, Stage
from tests.support.conversation import ToolUse

PACKAGE = "@github/copilot"
BINARY = "copilot"
PLUGIN = Plugin(arguments=("--plugin-dir", "{root}"))
CAN_REFUSE_STOP = True
SUBAGENT = "SUBAGENT TASK"


def skill_call(name: str) -> ToolUse:
    return ToolUse("skill", {"skill": name})


def shell(command: str) -> ToolUse:
    return ToolUse("bash", {"command": command, "description": "a step"})


def write(path: Path, text: str) -> ToolUse:
    return ToolUse("create", {"path": str(path), "file_text": text})


def agent() -> list[ToolUse]:
    task = {"description": "a part", "prompt": SUBAGENT, "agent_type": "general-purpose"}
    return [ToolUse("task", {**task, "name": "part", "mode": "sync"})]


def prepare(stage: Stage) -> None:
    """It needs no configuration."""


def environment(stage: Stage) -> Mapping[str, str]:
    return {
        "COPILOT_OFFLINE": "true",
        "COPILOT_PROVIDER_BASE_URL": stage.url,
        "COPILOT_PROVIDER_TYPE": "anthropic",
        "COPILOT_MODEL": "claude-sonnet-4.5",
        "COPILOT_AUTO_UPDATE": "false",
        "COPILOT_ALLOW_ALL": "true",
    }


def command(prompt: str, *, resumed: bool) -> list[str]:
    go_on = ["--continue"] if resumed else []
    return ["-p", prompt, *go_on, "--allow-all"]
