"""Codex CLI. The forms of events and answers were measured with version 0.169.0.

Its payloads follow Claude Code's. Its answers are strict: a key it does not know, an `ask` or a
bare `allow` lets the call run. A subagent's events carry the parent's session id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_guard import events
from pipeline_guard.events import Event, ToolCall, ToolResult
from pipeline_guard.runtimes import Answer, claude
from pipeline_guard.runtimes.asking import refusal_text
from pipeline_guard.runtimes.payload import Names, renamed, text
from pipeline_guard.verdicts import ALLOW, DENY, Verdict

_SKILL = "self-healing-pipeline"
_AGENT = Names("Agent", {"message": "prompt"})
TOOLS = {
    "Bash": Names("Bash"),
    "apply_patch": Names("apply_patch", {"command": "patch"}),
    "view_image": Names("Read", {"path": "file_path"}),
    "update_plan": Names("TodoWrite"),
    "request_user_input": Names("AskUserQuestion"),
    "tool_search": Names("ToolSearch"),
    "get_goal": Names("TaskGet"),
    "create_goal": Names("TaskCreate"),
    "update_goal": Names("TaskUpdate"),
    "spawn_agent": _AGENT,
    "collaborationspawn_agent": _AGENT,
    "collaborationsend_message": _AGENT,
    "collaborationfollowup_task": _AGENT,
    "collaborationwait_agent": Names("TaskOutput"),
    "collaborationlist_agents": Names("ListAgents"),
    "collaborationinterrupt_agent": Names("TaskStop"),
}


def parse(raw: Mapping[str, Any], phase: str = "") -> Event:
    """Turn one hook payload into an event."""
    event = claude.parse(raw, phase)
    result = _result(raw) if event.phase == events.AFTER_TOOL else None
    prompt = _slash_command(event.prompt)
    return event._replace(runtime="codex", tool=_tool(event), result=result, prompt=prompt)


def emit(verdict: Verdict, event: Event) -> Answer:
    """The least that refuses, without a key too many; silence for an allow."""
    if verdict.decision == ALLOW:
        return Answer()
    return claude.answer(DENY, refusal_text(verdict), event)


def _tool(event: Event) -> ToolCall | None:
    tool = event.tool
    return renamed(TOOLS, tool.name, tool.arguments, tool.id) if tool else None


def _result(raw: Mapping[str, Any]) -> ToolResult:
    """A plain text. Codex itself heads a patch's with the exit code; a shell's has none."""
    response = raw.get("tool_response")
    words = response if isinstance(response, str) else ""
    if text(raw, "tool_name") != "apply_patch":
        return ToolResult(None, words)
    return ToolResult(words.startswith("Exit code: 0\n"), words)


def _slash_command(prompt: str) -> str:
    """`$skill` anywhere in a prompt loads the skill, as `/skill` does elsewhere."""
    words = prompt.split()
    names = [w for w in words if w[:1] == "$" and w.rpartition(":")[2].lstrip("$") == _SKILL]
    if not names:
        return prompt
    return f"/{_SKILL} {prompt.strip().removeprefix(names[0]).strip()}"
