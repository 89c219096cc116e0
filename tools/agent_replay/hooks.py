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
from typing import Any, NamedTuple, Protocol

from agent_replay.payloads import Payload, Payloads
from agent_replay.tools import Outcome


class Answer(NamedTuple):
    """What the guard said about an event: a decision (`allow`, `ask`, `deny`) and its reason.

    `rules` are the rulebook's keys of what decided it; the hooks' own answers do not tell them.
    """

    decision: str
    reason: str = ""
    rules: tuple[str, ...] = ()


class Judge(Protocol):
    """What is asked about each event of a session."""

    def prompt(self, text: str) -> Answer:
        """The person types something."""

    def before(self, call_id: str, tool: str, arguments: Mapping[str, Any]) -> Answer:
        """The agent wants to use a tool."""

    def after(
        self, call_id: str, tool: str, arguments: Mapping[str, Any], outcome: Outcome
    ) -> Answer:
        """A tool has run."""

    def stop(self, again: bool = False) -> Answer:
        """The agent wants to end its turn."""


class Hooks:
    """The hooks of one plugin in one agent session."""

    def __init__(
        self, plugin: Path, session_id: str, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.folder = folder
        self.payloads = Payloads(session_id, folder)
        self.environment = {**environment, **session_variables(plugin, session_id)}
        self.events = json.loads((plugin / "hooks" / "hooks.json").read_text())["hooks"]
        self.seconds = 0.0
        """Wall time spent in hooks so far."""

    def prompt(self, text: str) -> Answer:
        """The person types something."""
        return self._fire(self.payloads.prompt(text))

    def before(self, call_id: str, tool: str, arguments: Mapping[str, Any]) -> Answer:
        """The agent wants to use a tool."""
        return self._fire(self.payloads.before(call_id, tool, arguments))

    def after(
        self, call_id: str, tool: str, arguments: Mapping[str, Any], outcome: Outcome
    ) -> Answer:
        """A tool has run; a failed one has an event of its own."""
        return self._fire(self.payloads.after(call_id, tool, arguments, outcome))

    def stop(self, again: bool = False) -> Answer:
        """The agent wants to end its turn."""
        return self._fire(self.payloads.stop(again))

    def _fire(self, payload: Payload) -> Answer:
        started = time.perf_counter()
        commands = self._commands(payload["hook_event_name"], str(payload.get("tool_name", "")))
        answers = [self._run(command, payload) for command in commands]
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


def session_variables(plugin: Path, session_id: str) -> dict[str, str]:
    """What Claude Code adds to the environment of a hook."""
    return {
        "CLAUDECODE": "1",
        "CLAUDE_CODE_SESSION_ID": session_id,
        "CLAUDE_PLUGIN_ROOT": str(plugin),
    }


def new_session_id() -> str:
    """A session id of the form that runtimes use."""
    return os.urandom(16).hex()
