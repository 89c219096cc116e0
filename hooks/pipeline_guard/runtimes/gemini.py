"""Gemini CLI. The forms of events and answers were measured with version 0.61.0.

The decision stands at the top level of the answer: it ignores Claude Code's nested form and lets
the call run. A question hangs without a terminal. Subagents carry the parent's session id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quote
from typing import Any

from pipeline_guard import events
from pipeline_guard.events import Event, ToolCall, ToolResult
from pipeline_guard.runtimes import Answer
from pipeline_guard.runtimes.asking import refusal_text
from pipeline_guard.runtimes.payload import Names, mapping, phase_of, renamed, text
from pipeline_guard.verdicts import ALLOW, Verdict

_PHASES = {
    "BeforeTool": events.BEFORE_TOOL,
    "AfterTool": events.AFTER_TOOL,
    "BeforeAgent": events.PROMPT,
    "AfterAgent": events.STOP,
    "SessionStart": events.SESSION_START,
    "SessionEnd": events.SESSION_END,
}
_WITH_TOOL = (events.BEFORE_TOOL, events.AFTER_TOOL)
_SHELL = "run_shell_command"
TOOLS = {
    _SHELL: Names(
        "Bash", {"dir_path": "workdir", "is_background": "run_in_background"}, ("delay_ms",)
    ),
    "write_file": Names("Write"),
    "replace": Names("Edit", {"allow_multiple": "replace_all"}, ("instruction",)),
    "read_file": Names("Read"),
    "list_directory": Names("LS", {"dir_path": "path"}),
    "glob": Names("Glob", {"dir_path": "path"}),
    "grep_search": Names("Grep", {"dir_path": "path", "include_pattern": "glob"}),
    "search_file_content": Names("Grep", {"dir_path": "path", "include": "glob"}),
    "web_fetch": Names("WebFetch", {"prompt": "url"}),
    "google_web_search": Names("WebSearch"),
    "invoke_agent": Names("Agent"),
    "activate_skill": Names("Skill", {"name": "skill"}),
    "write_todos": Names("TodoWrite"),
    "update_topic": Names("TodoWrite"),
    "ask_user": Names("AskUserQuestion"),
    "enter_plan_mode": Names("EnterPlanMode"),
    "exit_plan_mode": Names("ExitPlanMode"),
    "complete_task": Names("StructuredOutput"),
    "list_background_processes": Names("BashOutput"),
    "read_background_output": Names("BashOutput"),
}
_FAILED = re.compile(r"^(Exit Code: (?!0\b)|Signal: \d|Error: (?!\(none\)))", re.M)


def parse(raw: Mapping[str, Any], phase: str = "") -> Event:
    """Turn one hook payload into an event."""
    name = text(raw, "hook_event_name")
    found = phase_of(_PHASES, name, phase)
    return Event(
        runtime="gemini",
        phase=found,
        session_id=text(raw, "session_id"),
        cwd=text(raw, "cwd"),
        tool=_tool(raw) if found in _WITH_TOOL else None,
        result=_result(raw) if found == events.AFTER_TOOL else None,
        prompt=text(raw, "prompt", needed=False) if found == events.PROMPT else "",
        transcript_path=text(raw, "transcript_path", needed=False),
        stop_active=raw.get("stop_hook_active") is True,
        name=name,
        raw=raw,
    )


def emit(verdict: Verdict, event: Event) -> Answer:  # noqa: ARG001  # one form for all events
    """One object with the decision at its top; silence for an allow."""
    if verdict.decision == ALLOW:
        return Answer()
    return Answer(f'{{"decision":"deny","reason":{quote(refusal_text(verdict))}}}')


def _tool(raw: Mapping[str, Any]) -> ToolCall:
    """An MCP call says in `mcp_context` which server and tool it is."""
    name, arguments = text(raw, "tool_name"), mapping(raw, "tool_input")
    context = raw.get("mcp_context")
    if isinstance(context, dict) and name.startswith("mcp_"):
        server, tool = text(context, "server_name"), text(context, "tool_name")
        return ToolCall(f"mcp__{server}__{tool}", arguments)
    return renamed(TOOLS, name, arguments)


def _result(raw: Mapping[str, Any]) -> ToolResult:
    """A shell's text is mixed with what the command printed: success is never read from it."""
    response = raw.get("tool_response")
    if not isinstance(response, dict):
        return ToolResult(None, "")
    words = _words(response.get("llmContent"))
    if response.get("error"):
        return ToolResult(False, words)
    if text(raw, "tool_name") != _SHELL:
        return ToolResult(True, words)
    return ToolResult(False if _FAILED.search(words) else None, words)


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    found = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(part for part in found if isinstance(part, str))
