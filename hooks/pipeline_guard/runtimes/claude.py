"""Claude Code, and the Agent SDK that carries it.

The forms of events and answers were measured with versions 2.1.197 and 2.1.330.
"""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quote
from typing import Any

from pipeline_guard import events
from pipeline_guard.events import Event, ToolCall, ToolResult
from pipeline_guard.runtimes import Answer, BadEvent
from pipeline_guard.runtimes.payload import mapping, text
from pipeline_guard.verdicts import ALLOW, Verdict
from pipeline_guard.wording import reason

_PHASES = {
    "PreToolUse": events.BEFORE_TOOL,
    "PostToolUse": events.AFTER_TOOL,
    "PostToolUseFailure": events.AFTER_TOOL,
    "UserPromptSubmit": events.PROMPT,
    "UserPromptExpansion": events.PROMPT,
    "Stop": events.STOP,
    "SubagentStop": events.SUBAGENT_STOP,
    "SessionStart": events.SESSION_START,
    "SessionEnd": events.SESSION_END,
    "ConfigChange": events.CONFIG_CHANGE,
} | dict.fromkeys(
    """PostToolBatch Notification StopFailure SubagentStart PreCompact PostCompact PreModelSwitch
    PostModelSwitch PermissionRequest PermissionDenied Setup TeammateIdle TaskCreated
    TaskCompleted Elicitation ElicitationResult WorktreeCreate WorktreeRemove InstructionsLoaded
    CwdChanged FileChanged DirectoryAdded MessageDisplay""".split(),
    events.OTHER,
)
_WITH_TOOL = (events.BEFORE_TOOL, events.AFTER_TOOL)
_SAME_TOOLS = {"Task": "Agent"}


def parse(raw: Mapping[str, Any], phase: str = "") -> Event:
    """Turn one hook payload into an event.

    `phase` is what the hook was registered for: an event of another phase is not believed.
    """
    name = text(raw, "hook_event_name")
    found = _PHASES.get(name, "")
    if not found or (phase and phase != found):
        raise BadEvent(f"the event {name!r} is not known here")
    return Event(
        runtime="claude",
        phase=found,
        session_id=text(raw, "session_id"),
        cwd=text(raw, "cwd"),
        tool=_tool(raw) if found in _WITH_TOOL else None,
        result=_result(raw, name) if found == events.AFTER_TOOL else None,
        prompt=_prompt(raw) if found == events.PROMPT else "",
        agent_id=text(raw, "agent_id", needed=False),
        transcript_path=text(raw, "transcript_path", needed=False),
        stop_active=raw.get("stop_hook_active") is True,
        name=name,
        raw=raw,
    )


def emit(verdict: Verdict, event: Event) -> Answer:
    """One minimal JSON object for a refusal or a question; silence for an allow."""
    if verdict.decision == ALLOW:
        return Answer()
    return answer(verdict.decision, reason(verdict), event)


def answer(decision: str, words: str, event: Event) -> Answer:
    """A refusal or a question in the form that Codex and Copilot took over."""
    quoted = quote(words)
    if event.phase == events.BEFORE_TOOL:
        return Answer(
            '{"hookSpecificOutput":{"hookEventName":"PreToolUse",'
            f'"permissionDecision":"{decision}","permissionDecisionReason":{quoted}}}}}'
        )
    if event.phase in (events.STOP, events.CONFIG_CHANGE, events.PROMPT):
        return Answer(f'{{"decision":"block","reason":{quoted}}}')
    return Answer(stderr=words, exit_code=2)


def _tool(raw: Mapping[str, Any]) -> ToolCall:
    name = text(raw, "tool_name")
    call = text(raw, "tool_use_id", needed=False)
    return ToolCall(_SAME_TOOLS.get(name, name), mapping(raw, "tool_input"), call)


def _result(raw: Mapping[str, Any], name: str) -> ToolResult:
    if name != "PostToolUse":
        return ToolResult(False, text(raw, "error", needed=False))
    response = raw.get("tool_response")
    return ToolResult(_succeeded(response), _response_text(response))


def _succeeded(response: object) -> bool | None:
    """A call that was sent to the background or interrupted has not ended well yet."""
    if not isinstance(response, dict):
        return True
    if response.get("interrupted") or response.get("success") is False:
        return False
    return None if response.get("backgroundTaskId") else True


def _response_text(response: object) -> str:
    if isinstance(response, str):
        return response
    if isinstance(response, list):
        parts = [part.get("text") for part in response if isinstance(part, dict)]
        return "\n".join(part for part in parts if isinstance(part, str))
    if isinstance(response, dict):
        streams = [response.get("stdout"), response.get("stderr")]
        return "\n".join(part for part in streams if isinstance(part, str) and part)
    return ""


def _prompt(raw: Mapping[str, Any]) -> str:
    """The person's words; a slash command that was expanded is put back as it was typed.

    What a subagent is asked is not theirs, nor what the program itself puts in a prompt's place:
    one element, as `<task-notification>`, `<system-reminder>`, `<teammate-message …>`.
    """
    if text(raw, "agent_id", needed=False):
        return ""
    command = raw.get("command_name")
    if isinstance(command, str) and command:
        typed = (f"/{command.lstrip('/')}", text(raw, "command_args", needed=False))
        return " ".join(typed).strip()
    words = text(raw, "prompt", needed=False)
    mark, letter = words.lstrip()[:1], words.lstrip()[1:2]
    return "" if mark == "<" and letter.isalpha() and letter.islower() else words
