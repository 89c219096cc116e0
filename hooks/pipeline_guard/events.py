"""What happened in an agent runtime, the same for every runtime.

Each module of `runtimes/` turns its program's own JSON into an `Event`. Tool names and
argument keys are Claude Code's: `Bash{command}`, `Write{file_path, content}`,
`Edit{file_path, old_string, new_string}`, `mcp__<server>__<tool>{...}`, and so on. What it has
not is named here: `Bash{workdir}`, `apply_patch{patch}`, `delete{file_path}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

BEFORE_TOOL = "before-tool"
AFTER_TOOL = "after-tool"
PROMPT = "prompt"
STOP = "stop"
SUBAGENT_STOP = "subagent-stop"
SESSION_START = "session-start"
SESSION_END = "session-end"
CONFIG_CHANGE = "config-change"
OTHER = "other"


class ToolCall(NamedTuple):
    """A tool the agent wants to use, or has used."""

    name: str
    arguments: Mapping[str, Any]
    id: str = ""


class ToolResult(NamedTuple):
    """What came back. `ok` is None where the runtime does not say whether the call succeeded."""

    ok: bool | None
    text: str
    exit_code: int | None = None


class Event(NamedTuple):
    """One thing that happened in a session of an agent runtime.

    `session_id` is the parent's for a subagent; `prompt` carries the person's own words and is
    set for PROMPT only; `agent_id` tells a subagent's call.
    """

    runtime: str
    phase: str
    session_id: str
    cwd: str
    tool: ToolCall | None = None
    result: ToolResult | None = None
    prompt: str = ""
    agent_id: str = ""
    transcript_path: str = ""
    stop_active: bool = False
    name: str = ""
    raw: Mapping[str, Any] = {}
