"""How the recorder is registered as a hook of an agent runtime.

Claude Code loads it from a folder that its command line names. Any other runtime reads hooks from a
file of its own, and some of them ask the person to trust what stands there: so the text is printed
for the person to put there, once. It does nothing while nothing is recorded.
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

from self_heal.install.targets import AFTER, BEFORE, TARGETS, Target

VARIABLE = "SELF_HEAL_CAPTURE"
"""Names the file that events are written to, in the environment of the recorded command."""
PRINTABLE = tuple(name for name, target in TARGETS.items() if target.events)
"""The runtimes whose hooks are a JSON file: OpenCode's are a program."""
_SECONDS = 30


def plugin(folder: Path, events: Path) -> Path:
    """A plugin folder for Claude Code with the recorder as its hooks."""
    target = TARGETS["claude"]
    files = {
        folder / ".claude-plugin" / "plugin.json": {"name": "self-heal-recorder"},
        folder / "hooks" / "hooks.json": {
            "hooks": _groups(target, f"{_capture()} {shlex.quote(str(events))}")
        },
    }
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return folder


def hooks(runtime: str) -> str:
    """What a runtime's hooks file has to hold."""
    target = TARGETS[runtime]
    version = {"version": 1} if target.versioned else {}
    line = f'[ -z "${VARIABLE}" ] || {_capture()} "${VARIABLE}"'
    return json.dumps({**version, "hooks": _groups(target, line)}, indent=2)


def _capture() -> str:
    return f"{shlex.quote(sys.executable)} -m agent_replay.capture"


def _groups(target: Target, line: str) -> dict[str, list[dict[str, Any]]]:
    """One hook for each event; a flat form has no groups."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, phase in target.events.items():
        command = f"{line} {phase} {target.runtime}"
        hook = {"type": "command", "command": command, "timeout": _SECONDS * target.unit}
        matcher = {"matcher": "*"} if phase in (BEFORE, AFTER) else {}
        found[name] = [hook] if target.flat else [{**matcher, "hooks": [hook]}]
    return found
