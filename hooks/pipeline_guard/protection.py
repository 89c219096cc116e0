"""Settings of the runtime that would switch the guard off while healing is on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline_guard.events import Event
from pipeline_guard.verdicts import DENY, Finding, Verdict, strictest
from pipeline_guard.wording import GUARD

PLUGIN = "self-healing-pipeline"
_SWITCHES = ("disableAllHooks", "allowManagedHooksOnly")
# Where the guard looks for its own files, and by which programs it runs.
_OWN_VARIABLES = frozenset(
    """HOME PATH XDG_STATE_HOME XDG_CONFIG_HOME SHELL ENV BASH_ENV IFS CLAUDE_CODE_SESSION_ID
    CLAUDE_PLUGIN_ROOT CLAUDE_PLUGIN_DATA PLUGIN_ROOT COPILOT_CLI""".split()
)
_OWN_PREFIXES = ("BAUPLAN_", "GIT_", "LD_", "DYLD_")
_DO = "Leave the settings as they are until the healing has ended, or switch it off first."


def judge(event: Event) -> Verdict:
    """Refuse a change of settings after which the guard would be absent or look elsewhere."""
    path = event.raw.get("file_path")
    if event.raw.get("source") == "skills" or not isinstance(path, str) or not path:
        return strictest([])
    return strictest([Finding(DENY, GUARD, f"{path}: {saw}", _DO) for saw in _dangers(path)])


def _dangers(path: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8") as file:
            settings = json.load(file)
    except (OSError, ValueError, RecursionError):
        yield "the settings cannot be read, so it cannot be seen whether hooks stay on"
        return
    if isinstance(settings, dict):
        yield from _switches(settings)
        yield from _plugins(settings)
        yield from _variables(settings)


def _switches(settings: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name} would switch the guard off" for name in _SWITCHES if settings.get(name))


def _plugins(settings: Mapping[str, Any]) -> Iterator[str]:
    plugins = settings.get("enabledPlugins")
    for name, enabled in plugins.items() if isinstance(plugins, dict) else ():
        if not enabled and name.partition("@")[0] == PLUGIN:
            yield f"enabledPlugins would switch {name} off"


def _variables(settings: Mapping[str, Any]) -> Iterator[str]:
    variables = settings.get("env")
    for name in variables if isinstance(variables, dict) else ():
        if name in _OWN_VARIABLES or name.startswith(_OWN_PREFIXES):
            yield f"env would change {name}, which the guard depends on"
