"""Hook payloads in Claude Code's form: what a hook of the plugin reads on standard input."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent_replay.tools import Outcome

Payload = dict[str, Any]


class Payloads:
    """The payloads of one session that works in one folder."""

    def __init__(self, session_id: str, folder: Path) -> None:
        self.session_id = session_id
        self.folder = folder

    def prompt(self, text: str) -> Payload:
        """The person types something."""
        return self._event("UserPromptSubmit", {"prompt": text})

    def before(self, call_id: str, tool: str, arguments: Mapping[str, Any]) -> Payload:
        """The agent wants to use a tool."""
        return self._event("PreToolUse", _call(call_id, tool, arguments))

    def after(
        self, call_id: str, tool: str, arguments: Mapping[str, Any], outcome: Outcome
    ) -> Payload:
        """A tool has run; a failed one has an event of its own."""
        event = _call(call_id, tool, arguments)
        if outcome.ok:
            return self._event("PostToolUse", event | {"tool_response": _response(tool, outcome)})
        error = f"Exit code {outcome.exit_code}\n{outcome.text}" if tool == "Bash" else outcome.text
        return self._event("PostToolUseFailure", event | {"error": error, "is_interrupt": False})

    def stop(self, again: bool = False) -> Payload:
        """The agent wants to end its turn."""
        return self._event("Stop", {"stop_hook_active": again, "last_assistant_message": ""})

    def _event(self, name: str, event: Mapping[str, Any]) -> Payload:
        return {
            "session_id": self.session_id,
            "transcript_path": str(self.folder.parent / f"{self.session_id}.jsonl"),
            "cwd": str(self.folder),
            "permission_mode": "default",
            "hook_event_name": name,
            **event,
        }


def _call(call_id: str, tool: str, arguments: Mapping[str, Any]) -> Payload:
    return {"tool_name": tool, "tool_input": dict(arguments), "tool_use_id": call_id}


def _response(tool: str, outcome: Outcome) -> Payload:
    if tool == "Bash":
        return {"stdout": outcome.text, "stderr": "", "interrupted": False, "isImage": False}
    return {"type": "text", "text": outcome.text}
