"""Reading what a runtime sent: fields, tool calls, and tool names put into Claude Code's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeline_guard.events import ToolCall
from pipeline_guard.runtimes import BadEvent


class Names(NamedTuple):
    """A runtime's tool in Claude Code's names.

    `keys` maps its argument names to Claude Code's; `dropped` are arguments that change nothing.
    An argument in neither keeps its name, so that one nobody knows is seen, and refused.
    """

    tool: str
    keys: Mapping[str, str] = {}
    dropped: tuple[str, ...] = ()


def text(raw: Mapping[str, Any], key: str, *, needed: bool = True) -> str:
    """A text field; `""` where it is missing and not needed, else `BadEvent`."""
    value = raw.get(key)
    if isinstance(value, str) and (value or not needed):
        return value
    if needed:
        raise BadEvent(f"the event has no {key}")
    return ""


def mapping(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A field that is an object, or an object as JSON text; anything else is a `BadEvent`."""
    value = raw.get(key)
    if isinstance(value, str):
        import json

        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, dict):
        raise BadEvent(f"the event's {key} is not an object")
    return value


def phase_of(table: Mapping[str, str], name: str, phase: str) -> str:
    """The phase of an event by its name.

    `phase` is what the hook was registered for. An event that is not known, or belongs to another
    phase, is a `BadEvent`: a new kind of tool event must not pass as something harmless.
    """
    found = table.get(name, "")
    if not found or (phase and phase != found):
        raise BadEvent(f"the event {name!r} is not known here")
    return found


def renamed(
    table: Mapping[str, Names], name: str, arguments: Mapping[str, Any], call: str = ""
) -> ToolCall:
    """The call in Claude Code's names; a tool that is not in the table keeps its own."""
    names = table.get(name)
    if names is None:
        return ToolCall(mcp_name(name), arguments, call)
    kept = {k: v for k, v in arguments.items() if k not in names.dropped}
    ours = {names.keys.get(key, key): value for key, value in kept.items()}
    if len(ours) < len(kept):
        raise BadEvent(f"two arguments of {name} mean the same")
    return ToolCall(names.tool, ours, call)


def mcp_name(name: str) -> str:
    """A tool of the Bauplan MCP server as `mcp__<server>__<tool>`, whatever joins the two.

    Runtimes write `bauplan_run_query`, `bauplan-run_query` or `MCP:run_query`. Every other name
    stays as it is, which is no tool of this skill.
    """
    if name.startswith("mcp__"):
        return name
    from pipeline_guard import mcp

    for tool in (*mcp.ALLOWED, *mcp.INSTEAD):
        server = name.removesuffix(tool)
        plain = "".join(letter for letter in server.lower() if letter.isalnum())
        if server != name and server[-1:] in ("_", "-") and "bauplan" in plain:
            return f"mcp__{server.strip('_-')}__{tool}"
    return name
