"""Fires a plugin's own hooks as Claude Code does: the commands of `hooks/hooks.json`, one process
each, with the event as JSON on standard input.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agent_replay.tools import Outcome


class Answer(NamedTuple):
    """What the hooks said about an event: a decision (`allow`, `ask`, `deny`) and its reason."""

    decision: str
    reason: str = ""


class Hooks:
    """The hooks of one plugin in one agent session."""

    def __init__(
        self, plugin: Path, session_id: str, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.plugin = plugin
        self.folder = folder
        self.session_id = session_id
        self.environment = {
            **environment,
            "CLAUDECODE": "1",
            "CLAUDE_CODE_SESSION_ID": session_id,
            "CLAUDE_PLUGIN_ROOT": str(plugin),
        }
        self.events = json.loads((plugin / "hooks" / "hooks.json").read_text())["hooks"]
        self.seconds = 0.0
        """Wall time spent in hooks so far."""

    def prompt(self, text: str) -> Answer:
        """The person types something."""
        return self._fire("UserPromptSubmit", {"prompt": text})

    def before(self, call_id: str, tool: str, arguments: Mapping[str, Any]) -> Answer:
        """The agent wants to use a tool."""
        return self._fire("PreToolUse", _call(call_id, tool, arguments))

    def after(
        self, call_id: str, tool: str, arguments: Mapping[str, Any], outcome: Outcome
    ) -> Answer:
        """A tool has run; a failed one has an event of its own."""
        event = _call(call_id, tool, arguments)
        if outcome.ok:
            return self._fire("PostToolUse", event | {"tool_response": _response(tool, outcome)})
        error = f"Exit code {outcome.exit_code}\n{outcome.text}" if tool == "Bash" else outcome.text
        return self._fire("PostToolUseFailure", event | {"error": error, "is_interrupt": False})

    def stop(self, again: bool = False) -> Answer:
        """The agent wants to end its turn."""
        return self._fire("Stop", {"stop_hook_active": again, "last_assistant_message": ""})

    def _fire(self, name: str, event: Mapping[str, Any]) -> Answer:
        payload = {
            "session_id": self.session_id,
            "transcript_path": str(self.folder.parent / f"{self.session_id}.jsonl"),
            "cwd": str(self.folder),
            "permission_mode": "default",
            "hook_event_name": name,
            **event,
        }
        started = time.perf_counter()
        tool = str(event.get("tool_name", ""))
        answers = [self._run(command, payload) for command in self._commands(name, tool)]
        self.seconds += time.perf_counter() - started
        denied = [answer for answer in answers if answer.decision != "allow"]
        return denied[0] if denied else Answer("allow")

    def _commands(self, name: str, tool: str) -> list[str]:
        groups = self.events.get(name, [])
        chosen = [group for group in groups if group.get("matcher", "*") in ("*", tool)]
        return [hook["command"] for group in chosen for hook in group["hooks"]]

    def _run(self, command: str, payload: Mapping[str, Any]) -> Answer:
        done = subprocess.run(
            ["sh", "-c", command],
            input=json.dumps(payload),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return Answer("deny", done.stderr.strip() or f"the hook ended with {done.returncode}")
        return _answer(done.stdout)


def _call(call_id: str, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"tool_name": tool, "tool_input": dict(arguments), "tool_use_id": call_id}


def _response(tool: str, outcome: Outcome) -> dict[str, Any]:
    if tool == "Bash":
        return {"stdout": outcome.text, "stderr": "", "interrupted": False, "isImage": False}
    return {"type": "text", "text": outcome.text}


def _answer(stdout: str) -> Answer:
    if not stdout.strip():
        return Answer("allow")
    answer = json.loads(stdout)
    specific = answer.get("hookSpecificOutput", {})
    if "permissionDecision" in specific:
        return Answer(specific["permissionDecision"], specific.get("permissionDecisionReason", ""))
    if answer.get("decision") == "block":
        return Answer("deny", answer.get("reason", ""))
    return Answer("allow", specific.get("additionalContext", ""))


def new_session_id() -> str:
    """A session id of the form that runtimes use."""
    return os.urandom(16).hex()
