"""Whether this program was called by an agent, by which one, and whether the guard saw the call.

Hooks that are not there cannot say so. But a call that they did see is in the audit log, from just
before it ran: where it is missing, the guard is absent.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline_guard import arming, audit, calls, home, processes
from pipeline_guard.effects import RunSelfHeal
from pipeline_guard.events import BEFORE_TOOL, ToolCall

# Between the hook and the call a person may take their time to say yes.
_FRESH_SECONDS = 600


class Agent(NamedTuple):
    """What a runtime leaves in the environment of the commands it runs, and what may be wrong."""

    variables: tuple[str, ...]
    session: str
    program: str
    hint: str


AGENTS: Mapping[str, Agent] = {
    "claude": Agent(
        ("CLAUDECODE", "CLAUDE_CODE_SESSION_ID"),
        "CLAUDE_CODE_SESSION_ID",
        "claude",
        "`disableAllHooks` must not be set, nor `--bare` or `--safe-mode` given",
    ),
    "codex": Agent(
        ("CODEX_THREAD_ID", "CODEX_SANDBOX", "CODEX_CI"),
        "CODEX_SESSION_ID",
        "codex",
        "`/hooks` must show them as trusted",
    ),
    "copilot": Agent(
        ("COPILOT_CLI",),
        "COPILOT_AGENT_SESSION_ID",
        "copilot",
        "the folder must be one that Copilot trusts",
    ),
    "gemini": Agent(
        ("GEMINI_CLI",),
        "GEMINI_SESSION_ID",
        "gemini",
        "the folder must be one that Gemini CLI trusts",
    ),
    "opencode": Agent(("OPENCODE",), "", "opencode", "`--pure` must not be given"),
    "cursor": Agent(("CURSOR_AGENT",), "", "cursor-agent", "Settings, Hooks must show them"),
}


def agent() -> str:
    """The runtime whose agent called this program; `""` when a person did.

    The nearest process that is a known one tells, else the environment, else a process that
    healing was switched on in.
    """
    above = processes.ancestors()
    programs = {known.program: name for name, known in AGENTS.items()}
    nearest = [programs[process.name] for process in above if process.name in programs]
    told = [name for name, known in AGENTS.items() if any(map(os.environ.get, known.variables))]
    armed = {marker.process for marker in arming.markers() if marker.process}
    unnamed = ["unknown"] if any(process.identity in armed for process in above) else []
    return [*nearest, *told, *unnamed, ""][0]


def session_id() -> str:
    """The id of the agent's session, where its environment tells it."""
    known = [AGENTS[name].session for name in (agent(),) if name in AGENTS]
    return os.environ.get(known[0], "") if known and known[0] else ""


def saw_this_call() -> bool:
    """Whether the guard has just seen this very call of `guard status`, and let it run.

    Each decision counts once: a second call without hooks cannot live on the first one's.
    """
    used = Path(home.folder("cache")) / "status-seen"
    last = float(used.read_text()) if used.exists() else 0.0
    since = max(last, time.time() - _FRESH_SECONDS)
    seen = [entry["time"] for entry in audit.entries() if _is_this_call(entry, since)]
    if seen:
        home.replace(str(used), str(max(seen)))
    return bool(seen)


def advice(name: str) -> str:
    """How to switch the hooks on in a runtime."""
    known = AGENTS.get(name)
    install = f"`self-heal install --runtime {name}`" if known else "`self-heal install`"
    gate = f", {known.hint}" if known else ""
    return (
        f"The guard did not see this call: its hooks are absent. A person installs them with "
        f"{install}{gate}; `self-heal doctor` shows what is wrong. Then start the session again."
    )


def _is_this_call(entry: Mapping[str, Any], since: float) -> bool:
    if entry.get("phase") != BEFORE_TOOL or entry.get("decision") == "deny":
        return False
    made = entry.get("time")
    if not isinstance(made, float) or made <= since or entry.get("tool") != "Bash":
        return False
    call = ToolCall("Bash", entry.get("arguments") or {})
    ran = [e for e in calls.effects_of(call, str(entry.get("cwd"))) if isinstance(e, RunSelfHeal)]
    return any(effect.argv[:2] == ("guard", "status") for effect in ran)
