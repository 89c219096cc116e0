"""Which runtime sent an event, by the keys of its payload.

One `hooks.json` serves three runtimes, and several set each other's environment variables, so the
payload alone tells. What fits none is no runtime that was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_guard import events
from pipeline_guard.runtimes import NAMES, Answer, BadEvent

_CURSOR = ("cursor_version", "generation_id")
_COPILOT = ("sessionId", "toolName")
_GEMINI = frozenset(
    "BeforeTool AfterTool BeforeAgent AfterAgent BeforeModel AfterModel BeforeToolSelection "
    "PreCompress".split()
)
# A refusal in these phases would only lock a person or a session out; nothing runs by them.
_HARMLESS = (
    events.AFTER_TOOL,
    events.PROMPT,
    events.STOP,
    events.SUBAGENT_STOP,
    events.SESSION_START,
    events.SESSION_END,
)


def runtime(raw: Mapping[str, Any]) -> str:
    """The runtime's name; `""` when it is none of the known ones."""
    if any(key in raw for key in _CURSOR):
        return "cursor"
    if any(key in raw for key in _COPILOT):
        return "copilot"
    if raw.get("hook_event_name") in _GEMINI:
        return "gemini"
    return _like_claude(raw)


def unknown(phase: str) -> Answer:
    """What an unknown runtime is told: a refusal, and silence where nothing can run."""
    if phase in _HARMLESS:
        return Answer()
    raise BadEvent(
        "the event has no hook_event_name, or none of the other keys that tell which runtime sent "
        f"it; known are {', '.join(NAMES)}"
    )


def _like_claude(raw: Mapping[str, Any]) -> str:
    """Codex and Copilot copied Claude Code's form; each left or added something."""
    if "hook_event_name" not in raw or "session_id" not in raw:
        return ""
    if "turn_id" in raw or _is_codex_start(raw):
        return "codex"
    if "timestamp" in raw:
        of_session = str(raw["hook_event_name"]).startswith("Session")
        return "gemini" if of_session and "transcript_path" in raw else "copilot"
    own = ("permission_mode", "tool_use_id") if "tool_name" in raw else ("transcript_path",)
    return "claude" if any(key in raw for key in own) else ""


def _is_codex_start(raw: Mapping[str, Any]) -> bool:
    """A session's start carries no turn, but a model and a permission mode."""
    started = raw["hook_event_name"] in ("SessionStart", "SessionEnd")
    return started and "model" in raw and "permission_mode" in raw
