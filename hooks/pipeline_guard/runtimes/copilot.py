"""GitHub Copilot CLI. The forms of events and answers were measured with version 1.0.102.

It speaks two dialects, by the case of the event's name in the hooks file: Claude Code's
(`PreToolUse`), but with its own argument names, and its own (`preToolUse`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quote
from typing import Any

from pipeline_guard import events
from pipeline_guard.events import Event, ToolCall, ToolResult
from pipeline_guard.runtimes import Answer, claude, families
from pipeline_guard.runtimes.payload import Names, mapping, phase_of, renamed, text
from pipeline_guard.verdicts import ALLOW, Verdict
from pipeline_guard.wording import reason

_PHASES = {
    "PreToolUse": events.BEFORE_TOOL,
    "PostToolUse": events.AFTER_TOOL,
    "PostToolUseFailure": events.AFTER_TOOL,
    "UserPromptSubmit": events.PROMPT,
    "Stop": events.STOP,
    "SubagentStop": events.SUBAGENT_STOP,
    "SessionStart": events.SESSION_START,
    "SessionEnd": events.SESSION_END,
}
_BASH = Names("Bash", {"detach": "run_in_background"}, ("initial_wait",))
_READ = Names("Read", {"path": "file_path"})
_WRITE = Names("Write", {"path": "file_path", "file_text": "content"})
_EDIT = Names("Edit", {"path": "file_path", "old_str": "old_string", "new_str": "new_string"})
_PATCH = Names("apply_patch", {"input": "patch", "command": "patch"})
# `mode` says only whether the parent waits for it.
_AGENT = Names("Agent", dropped=("mode",))
TOOLS = {
    "Bash": _BASH,
    "bash": _BASH,
    "Write": _WRITE,
    "create": _WRITE,
    "Edit": _EDIT,
    "edit": _EDIT,
    "apply_patch": _PATCH,
    "Read": _READ,
    "view": _READ,
    "Grep": Names("Grep"),
    "grep": Names("Grep"),
    "rg": Names("Grep"),
    "Glob": Names("Glob"),
    "glob": Names("Glob"),
    "Agent": _AGENT,
    "task": _AGENT,
    "write_agent": Names("Agent", {"message": "prompt"}),
    "skill": Names("Skill"),
    "Skill": Names("Skill"),
    "WebFetch": Names("WebFetch"),
    "web_fetch": Names("WebFetch"),
    "web_search": Names("WebSearch"),
    "ask_user": Names("AskUserQuestion"),
    "report_intent": Names("TodoWrite"),
    "update_todo": Names("TodoWrite"),
    "fetch_copilot_cli_documentation": Names("ToolSearch"),
    "read_bash": Names("BashOutput"),
    "list_bash": Names("BashOutput"),
    "stop_bash": Names("KillBash"),
    "read_agent": Names("AgentOutputTool"),
    "list_agents": Names("ListAgents"),
}
_ENDED = re.compile(r"\n?<shellId: \w+ completed with exit code (-?\d+)>\s*\Z")


def parse(raw: Mapping[str, Any], phase: str = "") -> Event:
    """Turn one hook payload of either dialect into an event; a subagent's is its root's."""
    camel = "sessionId" in raw
    own_id = text(raw, "sessionId" if camel else "session_id")
    name = _event_name(raw, phase) if camel else text(raw, "hook_event_name")
    found = phase_of(_PHASES, name, phase)
    agent = text(raw, "agent_id", needed=False)
    if agent and found in (events.PROMPT, events.STOP):
        # The words are the parent's model's, and only the parent owes reports.
        found = events.OTHER
    path = text(raw, "transcriptPath" if camel else "transcript_path", needed=False)
    return Event(
        runtime="copilot",
        phase=found,
        session_id=_session(raw, own_id),
        cwd=text(raw, "cwd"),
        tool=_tool(raw, camel) if found in (events.BEFORE_TOOL, events.AFTER_TOOL) else None,
        result=_result(raw, camel) if found == events.AFTER_TOOL else None,
        prompt=text(raw, "prompt", needed=False) if found == events.PROMPT else "",
        agent_id=agent,
        transcript_path=path,
        stop_active=raw.get("stop_hook_active") is True,
        name=name,
        raw=raw,
    )


def emit(verdict: Verdict, event: Event) -> Answer:
    """One minimal JSON object in the dialect of the event; silence for an allow."""
    if verdict.decision == ALLOW:
        return Answer()
    words = reason(verdict)
    if event.phase == events.BEFORE_TOOL and "sessionId" in event.raw:
        return Answer(
            f'{{"permissionDecision":"{verdict.decision}","permissionDecisionReason":{quote(words)}}}'
        )
    return claude.answer(verdict.decision, words, event)


def _event_name(raw: Mapping[str, Any], phase: str) -> str:
    """Its own dialect names no event: the phase it was registered for, else its keys tell."""
    if phase:
        return next((name for name, known in _PHASES.items() if known == phase), phase)
    if "toolName" in raw:
        return "PostToolUse" if "toolResult" in raw else "PreToolUse"
    if "stopReason" in raw:
        return "Stop"
    if "prompt" in raw:
        return "UserPromptSubmit"
    return "SessionStart" if "source" in raw else "other"


def _session(raw: Mapping[str, Any], own_id: str) -> str:
    """The root conversation's id: a subagent has one of its own and names its parent."""
    parent = text(raw, "parent_agent_id", needed=False)
    agent = text(raw, "agent_id", needed=False)
    return families.root(agent, parent) if agent and parent else own_id


def _tool(raw: Mapping[str, Any], camel: bool) -> ToolCall:
    name = text(raw, "toolName" if camel else "tool_name")
    arguments = dict(mapping(raw, "toolArgs" if camel else "tool_input"))
    if TOOLS.get(name) is _BASH:
        arguments = _shell(arguments)
    return renamed(TOOLS, name, arguments, text(raw, "tool_use_id", needed=False))


def _shell(arguments: dict[str, Any]) -> dict[str, Any]:
    """`mode` says whether the call waits for the command to end."""
    mode = arguments.pop("mode", "sync")
    return arguments if mode == "sync" else {**arguments, "detach": True}


def _result(raw: Mapping[str, Any], camel: bool) -> ToolResult:
    result = raw.get("toolResult" if camel else "tool_result")
    if not isinstance(result, dict):
        return ToolResult(False, text(raw, "error", needed=False))
    kind = result.get("resultType" if camel else "result_type")
    words = text(result, "textResultForLlm" if camel else "text_result_for_llm", needed=False)
    if kind != "success":
        return ToolResult(False, words)
    shell = TOOLS.get(text(raw, "toolName" if camel else "tool_name")) is _BASH
    return _ended(words) if shell else ToolResult(True, words)


def _ended(words: str) -> ToolResult:
    """A shell's text ends with the exit code, which Copilot itself writes there."""
    end = _ENDED.search(words)
    if end is None:
        return ToolResult(None, words)
    code = int(end.group(1))
    return ToolResult(code == 0, words[: end.start()], code)
