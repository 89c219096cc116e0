"""Every decision, one JSON object a line, for the person to read with `self-heal guard log`.

Secrets are masked before anything is written. A file that has grown to 4 MB is set aside; three
old ones are kept.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline_guard import home
from pipeline_guard.events import Event
from pipeline_guard.verdicts import Verdict

LARGEST = 4 * 1024 * 1024
KEPT = 3
MASK = "***"
_LONGEST_TEXT = 4000
_SECRET_NAMES = ("key", "token", "secret", "password", "passwd", "credential", "authorization")
_SHORTEST_SECRET = 8
_ASSIGNED = re.compile(
    rf"((?:{'|'.join(_SECRET_NAMES)})[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s\"',;]+",
    re.IGNORECASE,
)
_AUTHORIZED = re.compile(r"(\b(?:bearer|basic)\s+)[\w.~+/=-]+", re.IGNORECASE)
_ISSUED = re.compile(r"\b(?:(?:sk|ghp|gho|xox[abp])[-_]|AKIA|ASIA)[\w-]{12,}")


def record(event: Event, verdict: Verdict) -> None:
    """Append one decision; raises `OSError` when it cannot be written."""
    tool = event.tool
    entry = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "time": time.time(),
        "session": event.session_id,
        "agent": event.agent_id,
        "event": event.name,
        "phase": event.phase,
        "cwd": event.cwd,
        "tool": tool.name if tool else "",
        "arguments": _masked(tool.arguments) if tool else {},
        "decision": verdict.decision,
        "findings": [[f.rule, mask(f.saw), mask(f.do)] for f in verdict.findings],
    }
    _append(json.dumps(entry) + "\n")


def entries() -> Iterator[Mapping[str, Any]]:
    """All decisions that are kept, oldest first; a line that was never finished is left out."""
    for number in range(KEPT, -1, -1):
        try:
            with open(_path(number), encoding="utf-8") as file:
                lines = file.read().splitlines()
        except FileNotFoundError:
            continue
        yield from (entry for entry in map(_parsed, lines) if entry)


def mask(text: str) -> str:
    """The text without what looks like a secret, and without the values of secret variables."""
    for name in filter(_names_secret, os.environ):
        if len(value := os.environ[name]) >= _SHORTEST_SECRET:
            text = text.replace(value, MASK)
    for pattern in (_AUTHORIZED, _ASSIGNED):
        text = pattern.sub(lambda found: found[1] + MASK, text)
    return _ISSUED.sub(MASK, text)


def _masked(value: object) -> object:
    if isinstance(value, str):
        short = value[:_LONGEST_TEXT]
        return mask(short) + ("…" if len(value) > _LONGEST_TEXT else "")
    if isinstance(value, Mapping):
        return {str(k): MASK if _hidden(k, v) else _masked(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(part) for part in value]
    return value


def _hidden(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, str) and _names_secret(name)


def _names_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_NAMES)


def _append(line: str) -> None:
    path = _path(0)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, line.encode())
        if os.fstat(handle).st_size > LARGEST and os.path.samestat(os.fstat(handle), os.stat(path)):
            _rotate()
    finally:
        os.close(handle)


def _rotate() -> None:
    for number in range(KEPT, 0, -1):
        if os.path.exists(_path(number - 1)):
            os.replace(_path(number - 1), _path(number))


def _path(number: int) -> str:
    name = f"audit.{number}.jsonl" if number else "audit.jsonl"
    return os.path.join(home.folder("audit"), name)


def _parsed(line: str) -> Mapping[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
