"""The guard's hooks in a JSON settings file that holds other things too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from self_heal.errors import BadInput
from self_heal.install.targets import Target, is_ours

Settings = dict[str, Any]


def read(path: Path, content: bytes | None, target: Target) -> Settings:
    """The settings in a file's content; a file of another form is `BadInput`, left untouched."""
    if content is None or not content.strip():
        return {}
    try:
        settings = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadInput(
            f"{path} is not valid JSON ({error}), so it was left untouched: mend it and try again."
        ) from None
    if not isinstance(settings, dict) or not isinstance(settings.get("hooks", {}), dict):
        raise BadInput(f"{path} does not hold hooks in the usual form, so it was left untouched.")
    held = settings.get("hooks", {})
    for name in target.events:
        if not isinstance(held.get(name, []), list):
            raise BadInput(f"{path}: the hooks of {name} are no list, so it was left untouched.")
    return settings


def write(settings: Settings) -> bytes:
    """The file's content."""
    return (json.dumps(settings, indent=2, ensure_ascii=False) + "\n").encode()


def with_guard(settings: Settings, target: Target) -> Settings:
    """The settings with the guard's hooks, after the others."""
    found = without_guard(settings, target)
    hooks = found.get("hooks", {})
    ours = {name: [*hooks.get(name, []), *held] for name, held in target.groups().items()}
    version = {"version": 1} if target.versioned else {}
    return {**version, **found, "hooks": {**hooks, **ours}}


def without_guard(settings: Settings, target: Target) -> Settings:
    """The settings without the guard's hooks, and without what they alone had needed."""
    if not has_guard(settings, target):
        return settings
    hooks = {name: _kept(held, target) for name, held in settings["hooks"].items()}
    hooks = {name: held for name, held in hooks.items() if held or not settings["hooks"][name]}
    found = {name: value for name, value in settings.items() if name != "hooks"}
    return {**found, "hooks": hooks} if hooks else found


def has_guard(settings: Settings, target: Target) -> bool:
    """Whether any of the hooks is the guard's."""
    return bool(commands(settings, target))


def commands(settings: Settings, target: Target) -> dict[str, list[str]]:
    """The guard's command lines by the event they are registered for."""
    found: dict[str, list[str]] = {}
    for name, held in settings.get("hooks", {}).items():
        for handler in _handlers(held):
            if is_ours(handler.get("command"), target.runtime):
                found.setdefault(name, []).append(handler["command"])
    return found


def is_bare(settings: Settings) -> bool:
    """Whether nothing is left that anybody could have wanted to say."""
    return not settings or settings == {"version": 1}


def _handlers(held: Any) -> list[dict[str, Any]]:
    """The handlers of an event, in groups or flat."""
    groups = [group for group in held if isinstance(group, dict)] if isinstance(held, list) else []
    nested = [g["hooks"] if isinstance(g.get("hooks"), list) else [g] for g in groups]
    return [handler for group in nested for handler in group if isinstance(handler, dict)]


def _kept(held: Any, target: Target) -> Any:
    if not isinstance(held, list):
        return held
    kept = []
    for group in held:
        if isinstance(group, dict) and isinstance(group.get("hooks"), list):
            handlers = [h for h in group["hooks"] if not _is_ours(h, target)]
            if handlers or not group["hooks"]:
                kept.append({**group, "hooks": handlers})
        elif not _is_ours(group, target):
            kept.append(group)
    return kept


def _is_ours(handler: Any, target: Target) -> bool:
    return isinstance(handler, dict) and is_ours(handler.get("command"), target.runtime)
