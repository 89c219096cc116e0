"""OpenCode."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.runtimes.drivers import Stage
from tests.support.conversation import ToolUse

PACKAGE = "opencode-ai"
BINARY = "opencode"
PLUGIN = None
CAN_REFUSE_STOP = False
SUBAGENT = "SUBAGENT TASK"


def skill_call(name: str) -> ToolUse:
    return ToolUse("skill", {"name": name})


def shell(command: str) -> ToolUse:
    return ToolUse("bash", {"command": command, "description": "a step"})


def write(path: Path, text: str) -> ToolUse:
    return ToolUse("write", {"filePath": str(path), "content": text})


def agent() -> list[ToolUse]:
    task = {"description": "a part", "prompt": SUBAGENT, "subagent_type": "general"}
    return [ToolUse("task", task)]


def prepare(stage: Stage) -> None:
    limit = {"context": 100_000, "output": 8000}
    model = {"name": "m", "tool_call": True, "limit": limit}
    options = {"baseURL": f"{stage.url}/v1", "apiKey": "any"}
    provider = {"npm": "@ai-sdk/anthropic", "options": options, "models": {"m": model}}
    settings = {
        "provider": {"scripted": provider},
        "model": "scripted/m",
        "small_model": "scripted/m",
        "permission": {"*": "allow"},
        "autoupdate": False,
    }
    folder = stage.home / ".config" / "opencode"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "opencode.json").write_text(json.dumps(settings))


def environment(stage: Stage) -> Mapping[str, str]:
    del stage
    return {
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
        "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
    }


def command(prompt: str, *, resumed: bool) -> list[str]:
    go_on = ["--continue"] if resumed else []
    return ["run", *go_on, "-m", "scripted/m", prompt]
