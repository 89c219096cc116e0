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
}
_WITH_TOOL = (events.BEFORE_TOOL, events.AFTER_TOOL)
# Monitor runs a shell command and is presented under its own name by some versions.
_SAME_TOOLS = {"Task": "Agent"}


def parse(raw: Mapping[str, Any], phase: str = "") -> Event:
    """Turn one hook payload into an event.

    `phase` is what the hook was registered for; it is used where the payload names an event
    that is not known, so that a new kind of tool event is still judged.
    """
    name = _text(raw, "hook_event_name")
    found = _PHASES.get(name, phase or events.OTHER)
    return Event(
        runtime="claude",
        phase=found,
        session_id=_text(raw, "session_id"),
        cwd=_text(raw, "cwd"),
        tool=_tool(raw) if found in _WITH_TOOL else None,
        result=_result(raw, name) if found == events.AFTER_TOOL else None,
        prompt=_prompt(raw) if found == events.PROMPT else "",
        agent_id=_text(raw, "agent_id", needed=False),
        transcript_path=_text(raw, "transcript_path", needed=False),
        stop_active=raw.get("stop_hook_active") is True,
        name=name,
        raw=raw,
    )


def emit(verdict: Verdict, event: Event) -> Answer:
    """One minimal JSON object for a refusal or a question; silence for an allow."""
    if verdict.decision == ALLOW:
        return Answer()
    text = quote(reason(verdict))
    if event.phase == events.BEFORE_TOOL:
        return Answer(
            '{"hookSpecificOutput":{"hookEventName":"PreToolUse",'
            f'"permissionDecision":"{verdict.decision}","permissionDecisionReason":{text}}}}}'
        )
    if event.phase in (events.STOP, events.CONFIG_CHANGE, events.PROMPT):
        return Answer(f'{{"decision":"block","reason":{text}}}')
    return Answer(stderr=reason(verdict), exit_code=2)


def _tool(raw: Mapping[str, Any]) -> ToolCall:
    arguments = raw.get("tool_input")
    if not isinstance(arguments, dict):
        raise BadEvent("the event's tool_input is not an object")
    name = _text(raw, "tool_name")
    return ToolCall(_SAME_TOOLS.get(name, name), arguments, _text(raw, "tool_use_id", needed=False))


def _result(raw: Mapping[str, Any], name: str) -> ToolResult:
    if name != "PostToolUse":
        return ToolResult(False, _text(raw, "error", needed=False))
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
    """The person's words; a slash command that was expanded is put back as it was typed."""
    command = raw.get("command_name")
    if isinstance(command, str) and command:
        words = (f"/{command.lstrip('/')}", _text(raw, "command_args", needed=False))
        return " ".join(words).strip()
    return _text(raw, "prompt", needed=False)


def _text(raw: Mapping[str, Any], key: str, *, needed: bool = True) -> str:
    value = raw.get(key)
    if isinstance(value, str) and (value or not needed):
        return value
    if needed:
        raise BadEvent(f"the event has no {key}")
    return ""
