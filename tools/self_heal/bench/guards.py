"""Who judges the calls of a session on the bench: the guard's engine in this process, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent_replay.guard import Guard
from agent_replay.hooks import Answer, Judge, new_session_id
from agent_replay.tools import Outcome
from self_heal.stage import Stage


class Nobody:
    """No guard: every call is allowed."""

    def prompt(self, text: str) -> Answer:  # noqa: ARG002
        """The person types something."""
        return Answer("allow")

    def before(self, call_id: str, tool: str, arguments: Mapping[str, Any]) -> Answer:  # noqa: ARG002
        """The agent wants to use a tool."""
        return Answer("allow")

    def after(
        self, call_id: str, tool: str, arguments: Mapping[str, Any], outcome: Outcome
    ) -> Answer:
        """A tool has run."""
        del call_id, tool, arguments, outcome
        return Answer("allow")

    def stop(self, again: bool = False) -> Answer:  # noqa: ARG002
        """The agent wants to end its turn."""
        return Answer("allow")


def make(guarded: bool, stage: Stage) -> Judge:
    """The guard of a new session on a stage, or nobody in its place."""
    return Guard(new_session_id(), stage.repo, stage.environment) if guarded else Nobody()
