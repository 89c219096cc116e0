"""Claude Code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.runtimes.drivers import Plugin, Stage
from tests.support.conversation import ToolUse

PACKAGE = "@anthropic-ai/claude-code"
BINARY = "claude"
PLUGIN = Plugin(
    commands=(
        ("plugin", "marketplace", "add", "{root}"),
        ("plugin", "install", "self-healing-pipeline@self-healing-pipeline"),
    ),
    prefix="self-healing-pipeline:",
)
CAN_REFUSE_STOP = True
SUBAGENT = "SUBAGENT TASK"


def skill_call(name: str) -> ToolUse:
    return ToolUse("Skill", {"skill": name})


def shell(command: str) -> ToolUse:
    return ToolUse("Bash", {"command": command, "description": "a step"})


def write(path: Path, text: str) -> ToolUse:
    return ToolUse("Write", {"file_path": str(path), "content": text})


def agent() -> list[ToolUse]:
    task = {"description": "a part", "prompt": SUBAGENT, "subagent_type": "general-purpose"}
    return [ToolUse("Agent", {**task, "run_in_background": False})]


def prepare(stage: Stage) -> None:
    """It needs no configuration."""


def environment(stage: Stage) -> Mapping[str, str]:
    return {
        "ANTHROPIC_BASE_URL": stage.url,
        "ANTHROPIC_API_KEY": "any",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",
    }


def command(prompt: str, *, resumed: bool) -> list[str]:
    go_on = ["--continue"] if resumed else []
    return ["-p", prompt, *go_on, "--allowedTools", "Skill,Bash,Read,Write,Edit,Agent"]
