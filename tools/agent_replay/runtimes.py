"""What a session's runtime makes different: how the guard is reached, and which tools there are.

A session of the headless healer is judged and run by the healer's own parts; any other is as in
Claude Code, whose tool names all transcripts use.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agent_replay.guard import Guard
from agent_replay.tools import Outcome, Tools
from pipeline_guard.events import ToolCall
from pipeline_guard.session import Session
from pipeline_guard.verdicts import ALLOW, Verdict

if TYPE_CHECKING:
    from healer import inprocess

HEALER = "api"
"""The headless healer's name among the runtimes."""
OURS = ("agent_replay", HEALER)
"""Runtimes whose sessions were run by these tools, so that they word their results the same."""


def guard_of(runtime: str, session_id: str, folder: Path, environment: Mapping[str, str]) -> Guard:
    """The guard of a session that works in `folder`."""
    if runtime != HEALER:
        return Guard(session_id, folder, environment)
    from healer import inprocess  # it builds on this package

    engine = _Headless(inprocess.Guard(session_id, folder, Path()))
    return Guard(session_id, folder, environment, engine)


def tools_of(runtime: str, folder: Path, environment: Mapping[str, str]) -> Tools:
    """What runs a session's calls."""
    if runtime == HEALER:
        from healer.environment import minimal
        from healer.toolbox import Toolbox

        return Toolbox(folder, minimal(environment))
    return Tools(folder, environment)


class _Headless:
    """The engine as the headless healer reaches it: in its own process, with nobody to ask."""

    def __init__(self, guard: inprocess.Guard) -> None:
        self._guard = guard

    def prompt(self, text: str) -> Verdict:
        """The words of the person, or of the program that called."""
        self._guard.heard(text)
        return Verdict(ALLOW)

    def before(self, call: ToolCall) -> Verdict:
        """The agent wants to use a tool."""
        return self._guard.before(call)

    def after(self, call: ToolCall, outcome: Outcome) -> Verdict:
        """A tool has run."""
        self._guard.after(call, outcome, outcome.ok)
        return Verdict(ALLOW)

    def stop(self, again: bool = False) -> Verdict:  # noqa: ARG002 - it stops once
        """The agent wants to end."""
        return self._guard.stop()

    def session(self) -> Session:
        """What the guard knows of the session now."""
        return self._guard.state()
