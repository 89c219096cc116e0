"""What may be configured in `.self-heal.yml`, in layers that can only tighten.

The layers are the organisation's (`/etc/self-healing-pipeline/self-heal.yml`), the user's
(`${XDG_CONFIG_HOME:-~/.config}/self-healing-pipeline/self-heal.yml`) and the project's
(`.self-heal.yml` at the top of the repository). Each may add to the lists, lower the numbers
and turn `ask` into `deny`; what would loosen the layer above has no effect and is noted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pipeline_guard import home

FILE = "self-heal.yml"
ASK = "ask"
DENY = "deny"


class PolicyError(Exception):
    """A configuration file is broken: until it is mended, a session that is on is denied."""


class Policy(NamedTuple):
    """The rules' settings. `notes` tells what a layer tried in vain, one sentence each.

    `protected_branches` are never written, in Bauplan or git, besides the built-in ones;
    `max_rows` bounds a query's result; `push` and `cleanup` say whether the person is asked
    (`"ask"`) or the call is refused (`"deny"`); `denied_tools` are refused by name.
    """

    protected_branches: frozenset[str] = frozenset({"main", "master"})
    max_rows: int = 20
    push: str = "ask"
    cleanup: str = "ask"
    denied_tools: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def load(repo: str) -> Policy:
    """The policy for a repository (`""` outside of one), the layers applied in order."""
    policy = Policy()
    for path in layers(repo):
        if (settings := _settings(path)) is not None:
            policy = _tighten(policy, settings, path)
    return policy


def layers(repo: str) -> tuple[str, ...]:
    """The configuration files, the organisation's first; they need not exist."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".config")
    shared = (os.path.join("/etc", home.NAME, FILE), os.path.join(base, home.NAME, FILE))
    return (*shared, os.path.join(repo, f".{FILE}")) if repo else shared


def _tighten(policy: Policy, settings: Mapping[str, Any], path: str) -> Policy:
    _check(settings, path)
    notes = list(policy.notes)
    rows = settings.get("max_rows", policy.max_rows)
    if rows > policy.max_rows:
        notes.append(f"{path}: max_rows {rows} would loosen {policy.max_rows}; it has no effect.")
    changed = policy._replace(
        protected_branches=policy.protected_branches | set(settings.get("protected_branches", ())),
        denied_tools=policy.denied_tools | set(settings.get("denied_tools", ())),
        max_rows=min(rows, policy.max_rows),
    )
    for name in ("push", "cleanup"):
        if settings.get(name) == ASK and getattr(policy, name) == DENY:
            notes.append(f"{path}: {name}: ask would loosen deny; it has no effect.")
    push, cleanup = settings.get("push", policy.push), settings.get("cleanup", policy.cleanup)
    changed = changed._replace(
        push=DENY if DENY in (push, policy.push) else ASK,
        cleanup=DENY if DENY in (cleanup, policy.cleanup) else ASK,
    )
    return changed._replace(notes=tuple(notes))


def _check(settings: Mapping[str, Any], path: str) -> None:
    for name, value in settings.items():
        if name not in _FORMS:
            raise PolicyError(f"{path}: {name!r} is no setting; known are {', '.join(_FORMS)}.")
        if not _FORMS[name](value):
            raise PolicyError(f"{path}: the value of {name} has the wrong form.")


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name for name in value)


def _is_rows(value: object) -> bool:
    return type(value) is int and value > 0


def _is_choice(value: object) -> bool:
    return value in (ASK, DENY)


_FORMS: dict[str, Callable[[object], bool]] = {
    "protected_branches": _is_names,
    "denied_tools": _is_names,
    "max_rows": _is_rows,
    "push": _is_choice,
    "cleanup": _is_choice,
}


def _settings(path: str) -> Mapping[str, Any] | None:
    """A file's settings, parsed once: the parsed form is kept with the file's stamp."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PolicyError(f"{path} cannot be read: {error.strerror}.") from None
    stamp = [status.st_mtime_ns, status.st_size, status.st_ino]
    cached = os.path.join(home.folder("cache"), home.file_name(f"policy.{path}"))
    try:
        with open(cached, encoding="utf-8") as file:
            known = json.load(file)
        if known["stamp"] == stamp:
            return dict(known["settings"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not cached yet, or cut off: parse it again
    settings = _parse(path)
    home.replace(cached, json.dumps({"stamp": stamp, "settings": settings}, default=str))
    return settings


def _parse(path: str) -> dict[str, Any]:
    import yaml  # 18 ms, and only after a change

    try:
        with open(path, encoding="utf-8") as file:
            settings = yaml.safe_load(file)
    except (OSError, ValueError, yaml.YAMLError) as error:
        told = " ".join(str(error).split())
        raise PolicyError(f"{path} is not valid configuration: {told[:200]}.") from None
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise PolicyError(f"{path} must hold settings by name, as `max_rows: 20`.")
    return {str(name): value for name, value in settings.items()}
