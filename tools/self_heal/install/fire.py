"""Fires a real event through an installed command line, and tells what the guard made of it.

The event is a call that no healing may make. The command line runs as the runtime would run it,
but with a state folder of its own: once with healing off, once with it on.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline_guard import home

SESSION = "self-heal-doctor"
CALL = "git push origin main"
_SECONDS = 40
_NESTED = {"hook_event_name": "PreToolUse", "session_id": SESSION, "tool_name": "Bash"}
_FORMS: Mapping[str, Mapping[str, Any]] = {
    "claude": {**_NESTED, "permission_mode": "default", "tool_use_id": "doctor"},
    "codex": {**_NESTED, "turn_id": "doctor", "model": "none", "tool_use_id": "doctor"},
    "copilot": {**_NESTED, "timestamp": "2026-01-01T00:00:00.000Z"},
    "gemini": {
        "hook_event_name": "BeforeTool",
        "session_id": SESSION,
        "timestamp": "2026-01-01T00:00:00.000Z",
        "tool_name": "run_shell_command",
    },
    "opencode": {"hook": "tool.execute.before", "sessionID": SESSION, "tool": "bash"},
    "cursor": {
        "hook_event_name": "preToolUse",
        "conversation_id": SESSION,
        "generation_id": "doctor",
        "tool_name": "Shell",
    },
}


class Fired(NamedTuple):
    """Whether the call was refused while healing is on and let be while it is off; the words."""

    works: bool
    said: str


def fire(runtime: str, command: str) -> Fired:
    """Run an installed before-tool command line twice, healing off and on."""
    with tempfile.TemporaryDirectory(prefix="self-heal-doctor-") as folder:
        state = Path(folder) / "state" / home.NAME
        (state / "armed").mkdir(parents=True)
        recorded = Path(home.state_folder()) / "interpreter"
        if recorded.exists():
            shutil.copyfile(recorded, state / "interpreter")
        off = _run(runtime, command, folder)
        (state / "armed" / f"session.{SESSION}").touch()
        on = _run(runtime, command, folder)
    if off is None or on is None:
        return Fired(False, f"no answer within {_SECONDS} s: {command}")
    if off.returncode or "deny" in off.stdout:
        return Fired(False, f"it answers while healing is off: {_words(off)}")
    return Fired(on.returncode == 2 or '"deny"' in on.stdout, _words(on) or "it said nothing")


def _run(runtime: str, command: str, folder: str) -> subprocess.CompletedProcess[str] | None:
    variables = {**os.environ, "XDG_STATE_HOME": f"{folder}/state"}
    for name in ("CLAUDE_CODE_SESSION_ID", "COPILOT_CLI", "PLUGIN_ROOT"):
        variables.pop(name, None)
    try:
        return subprocess.run(
            ["/bin/sh", "-c", command],
            input=json.dumps(_event(runtime, folder)),
            env=variables,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None


def _event(runtime: str, folder: str) -> dict[str, Any]:
    arguments = {"args" if runtime == "opencode" else "tool_input": {"command": CALL}}
    where = {"directory" if runtime == "opencode" else "cwd": folder}
    return {**_FORMS[runtime], **where, **arguments}


def _words(done: subprocess.CompletedProcess[str]) -> str:
    """The reason in the answer, whichever form it has."""
    try:
        return _longest(json.loads(done.stdout))
    except ValueError:
        return (done.stderr or done.stdout).strip()


def _longest(value: Any) -> str:
    parts = value.values() if isinstance(value, dict) else [value]
    found = [_longest(part) if isinstance(part, dict) else str(part) for part in parts]
    return max(found, key=len, default="")
