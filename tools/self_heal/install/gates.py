"""What makes an installed guard absent without any sign: trust gates and off switches.

Each runtime's settings were seen in its own program (see docs/runtimes.md).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from self_heal.install import codex_trust
from self_heal.install.targets import TARGETS, Scope, Target

_MANAGED = Path("/etc/claude-code/managed-settings.json")


def closed(target: Target, scope: Scope, program: str) -> Iterator[str]:
    """One sentence for each gate or switch that keeps the guard out, with what to do."""
    yield from _GATES[target.runtime](target, scope, program)


def _claude(target: Target, scope: Scope, program: str) -> Iterator[str]:
    del program
    user = target.folder(Scope(Path.home(), is_project=False))
    files = [user / "settings.json", _MANAGED]
    if scope.is_project:
        files += [scope.folder / ".claude" / n for n in ("settings.json", "settings.local.json")]
    for file in files:
        for switch in ("disableAllHooks", "allowManagedHooksOnly"):
            if _json(file).get(switch):
                yield f"{switch} in {file} switches all hooks off: take it out."
    if scope.is_project and not _claude_trusts(scope.folder):
        yield f"Claude Code does not trust {scope.folder} yet: start `claude` there and say yes."


def _claude_trusts(folder: Path) -> bool:
    projects = _json(Path.home() / ".claude.json").get("projects")
    known = projects if isinstance(projects, dict) else {}
    accepted = [known.get(str(path)) for path in (folder, *folder.parents)]
    return any(isinstance(p, dict) and p.get("hasTrustDialogAccepted") for p in accepted)


def _codex(target: Target, scope: Scope, program: str) -> Iterator[str]:
    if not program:
        yield "whether Codex trusts the hooks cannot be asked: `codex` is not on the PATH."
        return
    yield from codex_trust.closed(program, target.settings(scope), scope.folder)


def _copilot(target: Target, scope: Scope, program: str) -> Iterator[str]:
    del program
    user = target.folder(Scope(Path.home(), is_project=False))
    files = [user / "settings.json", user / "config.json", target.settings(scope)]
    for file in files:
        if _json(file).get("disableAllHooks"):
            yield f"disableAllHooks in {file} switches all hooks off: take it out."
    if scope.is_project and os.environ.get("COPILOT_ALLOW_ALL") != "true":
        trusted = _json(user / "config.json").get("trustedFolders")
        known = trusted if isinstance(trusted, list) else []
        if not any(str(path) in known for path in (scope.folder, *scope.folder.parents)):
            yield (
                f"Copilot does not trust {scope.folder} yet, and then loads no hooks of it: start "
                "`copilot` there and say yes."
            )


def _gemini(target: Target, scope: Scope, program: str) -> Iterator[str]:
    del program
    user = target.folder(Scope(Path.home(), is_project=False))
    for file in dict.fromkeys((user / "settings.json", target.settings(scope))):
        config = _json(file).get("hooksConfig")
        if isinstance(config, dict) and config.get("enabled") is False:
            yield f"hooksConfig.enabled in {file} switches all hooks off: take it out."
        if isinstance(config, dict) and config.get("disabled"):
            yield f"hooksConfig.disabled in {file} switches hooks off: look whether ours are meant."
    if scope.is_project and os.environ.get("GEMINI_CLI_TRUST_WORKSPACE") != "true":
        trusted = _json(user / "trustedFolders.json")
        levels = [trusted.get(str(path)) for path in (scope.folder, *scope.folder.parents)]
        if not any(level in ("TRUST_FOLDER", "TRUST_PARENT") for level in levels):
            yield f"Gemini CLI does not trust {scope.folder} yet: start `gemini` there and say yes."


def _none(target: Target, scope: Scope, program: str) -> Iterator[str]:
    del target, scope, program
    return iter(())


_GATES: Mapping[str, Callable[[Target, Scope, str], Iterator[str]]] = {
    **dict.fromkeys(TARGETS, _none),
    "claude": _claude,
    "codex": _codex,
    "copilot": _copilot,
    "gemini": _gemini,
}


def _json(path: Path) -> dict[str, Any]:
    """A settings file of a runtime, its comment lines left out; nothing where it is not one."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        found = json.loads("\n".join(x for x in lines if not x.lstrip().startswith("//")))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
