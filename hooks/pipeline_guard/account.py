"""What the person's Bauplan account and installation say, without ever touching the secret.

The configuration file holds an API key, so only the lines of `active_branch` are looked at and
nothing else of it is kept (client source, `src/config.rs`: `~/.bauplan/config.yaml`, else
`config.yml`; `BAUPLAN_PROFILE` chooses the profile; without an entry `main` is active).
"""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from pipeline_guard import home

_CONFIG_FILES = ("config.yaml", "config.yml")
_DEFAULT_BRANCH = "main"
_TIMEOUT = 4.0


class Account(NamedTuple):
    """The profile in use and its active branch; the branch is `""` when it cannot be told."""

    profile: str
    active_branch: str


def read() -> Account:
    """The account that a `bauplan` call of this session would use."""
    profile = os.environ.get("BAUPLAN_PROFILE") or "default"
    folder = os.path.join(os.path.expanduser("~"), ".bauplan")
    for name in _CONFIG_FILES:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return Account(profile, _active_branch(path, profile))
    return Account(profile, _DEFAULT_BRANCH)


def _active_branch(path: str, profile: str) -> str:
    """`profiles.<profile>.active_branch` of a block-style file; `""` for any other style."""
    trail: list[tuple[int, str]] = []
    profiles: set[str] = set()
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                key, colon, value = line.strip().partition(":")
                if not colon or key.startswith("#"):
                    continue
                indent = len(line) - len(line.lstrip())
                trail = [entry for entry in trail if entry[0] < indent]
                trail.append((indent, _plain(key)))
                names = [name for _, name in trail]
                if len(names) == 2 and names[0] == "profiles":
                    profiles.add(names[1])
                if names == ["profiles", profile, "active_branch"]:
                    return _plain(value.partition(" #")[0])
    except OSError:
        return ""
    return _DEFAULT_BRANCH if profile in profiles else ""


def _plain(text: str) -> str:
    return text.strip().strip("'\"")


def program(name: str = "bauplan") -> str:
    """The absolute path of a program on PATH; `""` when it is not installed."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder, name)
        if folder and os.path.isfile(path) and os.access(path, os.X_OK):
            return os.path.abspath(path)
    return ""


def installed_version() -> str:
    """The version of the `bauplan` on PATH, such as `0.3.5`; `""` when there is none.

    Asked once for each state of the program's file (path, time and size) and then remembered.
    """
    path = program()
    if not path:
        return ""
    status = os.stat(path)
    stamp = [path, status.st_mtime_ns, status.st_size]
    memory = os.path.join(home.folder("cache"), "bauplan-version.json")
    known = _remembered(memory, stamp)
    if known:
        return known
    version = _ask(path)
    if version:
        home.replace(memory, json.dumps({"program": stamp, "version": version}))
    return version


def _remembered(memory: str, stamp: list[object]) -> str:
    try:
        with open(memory, encoding="utf-8") as file:
            saved = json.load(file)
    except (OSError, ValueError):
        return ""  # nothing remembered yet: it is asked again
    if not isinstance(saved, dict) or saved.get("program") != stamp:
        return ""
    version = saved.get("version")
    return version if isinstance(version, str) else ""


def _ask(path: str) -> str:
    """`bauplan version` prints `bauplan 0.3.5 (HEAD:…)`."""
    import subprocess  # 5 ms, and only after the program has changed

    try:
        result = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    words = result.stdout.split()
    return next((word for word in words if word[:1].isdigit() and "." in word), "")
