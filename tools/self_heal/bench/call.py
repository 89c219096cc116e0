"""One turn of a scripted session: a command line, or another tool."""

from __future__ import annotations

from typing import Any

from agent_replay.script import Call, Turn


def bash(step: int, say: str, command: str, **capture: str) -> Turn:
    """A command line; each capture is a pattern with one group."""
    call = Call(tool="Bash", input={"command": command})
    return Turn(say=say, step=step, call=call, capture=capture)


def use(step: int, say: str, tool: str, **arguments: Any) -> Turn:
    """Another tool."""
    return Turn(say=say, step=step, call=Call(tool=tool, input=arguments))
