"""Codex CLI. Its hooks run without the trust that a person gives in `/hooks`, by its own flag."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.runtimes.drivers import Plugin, Stage
from tests.support.conversation import ToolUse

PACKAGE = "@openai/codex"
BINARY = "codex"
PLUGIN = Plugin(
    commands=(
        ("plugin", "marketplace", "add", "{root}"),
        ("plugin", "add", "self-healing-pipeline@self-healing-pipeline"),
    )
)
CAN_REFUSE_STOP = True
SUBAGENT = "Message Type: NEW_TASK"

_FLAGS = (
    "--enable",
    "multi_agent_v2",
    "--skip-git-repo-check",
    "--dangerously-bypass-hook-trust",
    "--dangerously-bypass-approvals-and-sandbox",
)
_CONFIG = """model = "gpt-5.5"
model_provider = "scripted"

[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
wire_api = "responses"

[projects."{repo}"]
trust_level = "trusted"
"""


def skill_call(name: str) -> None:
    """The person names the skill in the prompt."""
    del name


def shell(command: str) -> ToolUse:
    return ToolUse("exec_command", {"cmd": command})


def write(path: Path, text: str) -> ToolUse:
    lines = "\n".join(f"+{line}" for line in text.splitlines())
    return ToolUse("apply_patch", f"*** Begin Patch\n*** Add File: {path}\n{lines}\n*** End Patch")


def agent() -> list[ToolUse]:
    task = {"message": "a part", "task_name": "part", "fork_turns": "none"}
    wait = ToolUse("collaboration.wait_agent", {"timeout_ms": 60_000})
    return [ToolUse("collaboration.spawn_agent", task), wait]


def prepare(stage: Stage) -> None:
    folder = stage.home / ".codex"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(_CONFIG.format(url=stage.url, repo=stage.repo))


def environment(stage: Stage) -> Mapping[str, str]:
    return {"CODEX_HOME": str(stage.home / ".codex")}


def command(prompt: str, *, resumed: bool) -> list[str]:
    go_on = ["resume", "--last"] if resumed else []
    return ["exec", *go_on, *_FLAGS, prompt]
