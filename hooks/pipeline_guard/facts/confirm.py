"""Read-only commands of the guard's own, for what the runtime's result cannot show.

A pipe, `|| true` or a background call hides how a command ended, and the output of one that
stands beside an `echo` may be forged. Then the guard asks the same again itself.
"""

from __future__ import annotations

import os
import subprocess

from pipeline_guard import account
from pipeline_guard.bauplan_cli import BauplanCall

_SECONDS = 8
_GIT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat"}


def lookup(call: BauplanCall, cwd: str) -> str | None:
    """What this look-up prints as JSON; None when it fails."""
    options = {name: values for name, values in call.options.items() if name != "output"}
    words = [word for name, values in options.items() for word in _spelled(name, values)]
    return bauplan([*call.command, *words, "--", *call.positionals], cwd)


def bauplan(words: list[str], cwd: str) -> str | None:
    """The JSON that a `bauplan` command prints; None when it cannot run or fails."""
    program = account.program()
    return _run([program, "--output", "json", *words], cwd, {}) if program else None


def git(words: list[str], folder: str) -> str | None:
    """What a git command prints in a folder; None when it cannot run or fails."""
    program = account.program("git")
    return _run([program, "-C", folder, *words], folder, _GIT) if program else None


def _spelled(name: str, values: tuple[str, ...]) -> list[str]:
    flag = f"--{name}" if len(name) > 1 else f"-{name}"
    return [word for value in values for word in ([f"{flag}={value}"] if value else [flag])]


def _run(command: list[str], cwd: str, variables: dict[str, str]) -> str | None:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
