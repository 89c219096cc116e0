"""The recorded payloads: what real runtimes sent, one file for each event and tool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "payloads"


def payload(version: str, name: str) -> dict[str, Any]:
    """One recorded payload, of a runtime's version such as `codex-0.169.0`."""
    return as_sent(json.loads((FOLDER / version / f"{name}.json").read_text()))


def every() -> list[tuple[str, str]]:
    """The version and name of each recorded payload."""
    files = sorted(FOLDER.glob("*/*.json"))
    return [(file.parent.name, file.stem) for file in files]


def as_sent(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """OpenCode's were recorded inside its plugin: here they get the form that our shim sends."""
    for moment in ("before", "after"):
        if moment in recorded:
            call = recorded[moment]
            sent = {"hook": f"tool.execute.{moment}", "directory": "/home/ada/repo/oc1", **call}
            return {**sent, **{k: v for k, v in recorded.items() if k != moment}}
    return dict(recorded)


def phase_option(version: str, name: str) -> str:
    """The phase that the hooks file gives the launcher for this event.

    Only Copilot's own dialect needs it: its payloads name no event.
    """
    phases = {"agentStop": "stop", "other": "subagent-stop"}
    return phases.get(name.partition(".")[0], "") if version.startswith("copilot") else ""
