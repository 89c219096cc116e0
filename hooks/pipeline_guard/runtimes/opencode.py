"""OpenCode, through `hooks/opencode.js`. Its own forms were measured with version 1.18.33.

OpenCode calls JavaScript, not programs: the shim sends what its hooks get as one JSON object, and
throws on everything but an explicit allow. It names the root session for a child's calls.
"""

from __future__ import annotations

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
    "tool.execute.before": events.BEFORE_TOOL,
    "tool.execute.after": events.AFTER_TOOL,
    "chat.message": events.PROMPT,
    "session.idle": events.STOP,
    "session.created": events.SESSION_START,
}
_WITH_TOOL = (events.BEFORE_TOOL, events.AFTER_TOOL)
_FILE = {"filePath": "file_path"}
TOOLS = {
    "bash": Names("Bash"),
    "write": Names("Write", _FILE),
    "edit": Names(
        "Edit",
        {
            **_FILE,
            "oldString": "old_string",
            "newString": "new_string",
            "replaceAll": "replace_all",
        },
    ),
    "apply_patch": Names("apply_patch", {"patchText": "patch"}),
    "patch": Names("apply_patch", {"patchText": "patch"}),
    "read": Names("Read", _FILE),
    "list": Names("LS"),
    "glob": Names("Glob"),
    "grep": Names("Grep", {"include": "glob"}),
    "task": Names("Agent"),
    "skill": Names("Skill", {"name": "skill"}),
    "todowrite": Names("TodoWrite"),
    "todoread": Names("TodoRead"),
    "question": Names("AskUserQuestion"),
    "plan_enter": Names("EnterPlanMode"),
    "plan_exit": Names("ExitPlanMode"),
    "webfetch": Names("WebFetch"),
    "websearch": Names("WebSearch"),
}


def parse(raw: Mapping[str, Any], phase: str = "") -> Event:
    """Turn what the shim sent into an event."""
    name = text(raw, "hook")
    found = phase_of(_PHASES, name, phase)
    session = text(raw, "sessionID")
    own = text(raw, "childID", needed=False)
    if own and found in (events.PROMPT, events.STOP):
        # The words are the parent's model's, and only the parent owes reports.
        found = events.OTHER
    return Event(
        runtime="opencode",
        phase=found,
        session_id=session,
        cwd=text(raw, "directory"),
        tool=_tool(raw) if found in _WITH_TOOL else None,
        result=_result(raw) if found == events.AFTER_TOOL else None,
        prompt=text(raw, "prompt", needed=False) if found == events.PROMPT else "",
        agent_id=own,
        name=name,
        raw=raw,
    )


def emit(verdict: Verdict, event: Event) -> Answer:  # noqa: ARG001  # one form for all events
    """An explicit decision: the shim takes silence for a failure."""
    if verdict.decision == ALLOW:
        return Answer('{"decision":"allow"}')
    return Answer(f'{{"decision":"deny","reason":{quote(refusal_text(verdict))}}}')


def _tool(raw: Mapping[str, Any]) -> ToolCall:
    call = text(raw, "callID", needed=False)
    return renamed(TOOLS, text(raw, "tool"), mapping(raw, "args"), call)


def _result(raw: Mapping[str, Any]) -> ToolResult:
    """The hook comes only where the tool did not fail; a shell tells its exit code beside."""
    output = mapping(raw, "output")
    words = text(output, "output", needed=False)
    if text(raw, "tool") != "bash":
        return ToolResult(True, words)
    details = output.get("metadata")
    code = details.get("exit") if isinstance(details, dict) else None
    if not isinstance(code, int):
        return ToolResult(None, words)
    return ToolResult(code == 0, words, code)
