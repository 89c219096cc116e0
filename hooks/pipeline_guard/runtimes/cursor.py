"""Cursor. Written from its vendor's documents (cursor.com/docs/hooks); it was not run here.

The answers are flat, and a hook that must not fail open has to answer every call: with
`failClosed` an empty answer blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quote
from typing import Any

from pipeline_guard import events
from pipeline_guard.events import Event, ToolCall, ToolResult
from pipeline_guard.runtimes import Answer, BadEvent
from pipeline_guard.runtimes.asking import refusal_text
from pipeline_guard.runtimes.payload import Names, mapping, phase_of, renamed, text
from pipeline_guard.verdicts import ALLOW, Verdict

_PHASES = {
    "preToolUse": events.BEFORE_TOOL,
    "beforeShellExecution": events.BEFORE_TOOL,
    "beforeMCPExecution": events.BEFORE_TOOL,
    "beforeReadFile": events.BEFORE_TOOL,
    "postToolUse": events.AFTER_TOOL,
    "postToolUseFailure": events.AFTER_TOOL,
    "beforeSubmitPrompt": events.PROMPT,
    "stop": events.STOP,
    "subagentStop": events.SUBAGENT_STOP,
    "sessionStart": events.SESSION_START,
    "sessionEnd": events.SESSION_END,
}
_WITH_TOOL = (events.BEFORE_TOOL, events.AFTER_TOOL)
_PATH = {"path": "file_path", "contents": "content"}
TOOLS = {
    "Shell": Names(
        "Bash",
        {"working_directory": "workdir", "is_background": "run_in_background"},
        ("block_until_ms",),
    ),
    "Write": Names("Write", _PATH),
    "Edit": Names("Edit", _PATH),
    "StrReplace": Names("Edit", _PATH),
    "Delete": Names("delete", _PATH),
    "Read": Names("Read", _PATH),
    "Grep": Names("Grep"),
    "Glob": Names("Glob", {"glob_pattern": "pattern", "target_directory": "path"}),
    "LS": Names("LS", {"target_directory": "path"}),
    "Task": Names("Agent"),
    "TodoWrite": Names("TodoWrite"),
    "WebFetch": Names("WebFetch"),
    "WebSearch": Names("WebSearch"),
    "AskQuestion": Names("AskUserQuestion"),
}


def parse(raw: Mapping[str, Any], phase: str = "") -> Event:
    """Turn one hook payload into an event; a subagent's names its parent conversation."""
    name = text(raw, "hook_event_name")
    found = phase_of(_PHASES, name, phase)
    conversation = text(raw, "conversation_id")
    parent = text(raw, "parent_conversation_id", needed=False)
    if parent and found in (events.PROMPT, events.STOP):
        # The words are the parent's model's, and only the parent owes reports.
        found = events.OTHER
    return Event(
        runtime="cursor",
        phase=found,
        session_id=parent or conversation,
        cwd=_folder(raw),
        tool=_tool(raw, name) if found in _WITH_TOOL else None,
        result=_result(raw, name) if found == events.AFTER_TOOL else None,
        prompt=text(raw, "prompt", needed=False) if found == events.PROMPT else "",
        agent_id=conversation if parent else "",
        transcript_path=text(raw, "transcript_path", needed=False),
        stop_active=bool(raw.get("loop_count")),
        name=name,
        raw=raw,
    )


def emit(verdict: Verdict, event: Event) -> Answer:
    """A flat answer; a call that may run is answered too."""
    if verdict.decision == ALLOW:
        return Answer('{"permission":"allow"}' if event.phase == events.BEFORE_TOOL else "")
    words = quote(refusal_text(verdict))
    if event.phase == events.PROMPT:
        return Answer(f'{{"continue":false,"user_message":{words}}}')
    if event.phase == events.STOP:
        return Answer(f'{{"followup_message":{words}}}')
    return Answer(f'{{"permission":"deny","user_message":{words},"agent_message":{words}}}')


def _folder(raw: Mapping[str, Any]) -> str:
    """Where the call runs, else the first folder of the workspace."""
    folder = text(raw, "cwd", needed=False)
    roots = raw.get("workspace_roots")
    if not folder and isinstance(roots, list) and roots and isinstance(roots[0], str):
        folder = roots[0]
    if not folder:
        raise BadEvent("the event has neither cwd nor workspace_roots")
    return folder


def _tool(raw: Mapping[str, Any], name: str) -> ToolCall:
    call = text(raw, "tool_use_id", needed=False)
    if name == "beforeShellExecution":
        return ToolCall("Bash", {"command": text(raw, "command")}, call)
    if name == "beforeReadFile":
        return ToolCall("Read", {"file_path": text(raw, "file_path")}, call)
    tool, arguments = text(raw, "tool_name"), mapping(raw, "tool_input")
    if name == "beforeMCPExecution":
        tool = f"MCP:{tool}"
    if tool.startswith("MCP:"):
        return ToolCall(_mcp(tool.removeprefix("MCP:"), raw), arguments, call)
    return renamed(TOOLS, tool, arguments, call)


def _mcp(tool: str, raw: Mapping[str, Any]) -> str:
    """Cursor names no server; the command or address that starts it may tell Bauplan's."""
    source = text(raw, "command", needed=False) or text(raw, "url", needed=False)
    return f"mcp__{'bauplan' if 'bauplan' in source.lower() else 'unknown'}__{tool}"


def _result(raw: Mapping[str, Any], name: str) -> ToolResult:
    if name != "postToolUse":
        return ToolResult(False, text(raw, "error_message", needed=False))
    words = text(raw, "tool_output", needed=False)
    if text(raw, "tool_name") != "Shell":
        return ToolResult(True, words)
    output = mapping(raw, "tool_output") if words.startswith("{") else {}
    code = output.get("exitCode")
    if not isinstance(code, int):
        return ToolResult(None, words)
    return ToolResult(code == 0, text(output, "stdout", needed=False), code)
