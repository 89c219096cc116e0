"""Calls the real `bauplan` program, as a person would, with the person's own account."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from self_heal.errors import BauplanRefused, MissingProgram


def program() -> str:
    """The `bauplan` on the PATH, else the one beside this interpreter."""
    beside = Path(sys.executable).parent / "bauplan"
    found = shutil.which("bauplan") or (str(beside) if os.access(beside, os.X_OK) else None)
    if found is None:
        raise MissingProgram(
            "There is no `bauplan` program: install it with `pip install bauplan`."
        )
    return found


def call(*argv: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """Run it and return its output; a non-zero exit code is the caller's to judge.

    Without an answer within `timeout` seconds it is stopped, and that is a refusal.
    """
    command = [program(), *argv]
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise BauplanRefused(
            f"`bauplan {' '.join(argv)}` gave no answer in {timeout:.0f} s."
        ) from error


def answer(*argv: str, timeout: float = 60) -> str:
    """What it prints; raises `BauplanRefused` with the program's own words when it fails."""
    done = call(*argv, timeout=timeout)
    if done.returncode:
        words = " ".join((done.stderr or done.stdout).split())
        raise BauplanRefused(f"`bauplan {' '.join(argv)}` failed: {words[:400]}")
    return done.stdout


def records(*argv: str, timeout: float = 60) -> Any:
    """What it prints with `--output json`, read."""
    printed = answer(*argv, "--output", "json", timeout=timeout)
    try:
        return json.loads(printed)
    except ValueError:
        words = " ".join(printed.split())[:200] or "nothing"
        raise BauplanRefused(f"`bauplan {' '.join(argv)}` printed no JSON: {words}") from None


def debug_branch(job: str) -> str:
    """The debug branch of a job's healing at its head, as `branch@hash`; `""` without one."""
    listed: Any = records("branch", "ls", "--name", f"debug_{job[:8]}")
    refs = {str(row["name"]): str(row["hash"]) for row in listed if "_proof_" not in row["name"]}
    return next((f"{name}@{sha}" for name, sha in refs.items() if "-bpln-tx-" not in name), "")


def username() -> str:
    """The user that `bauplan info` names; branches of a user begin with it."""
    printed = answer("info")
    match = re.search(r"^Username\s+(\S+)", printed, re.M)
    if match is None:
        raise BauplanRefused("`bauplan info` names no user: check the profile's API key.")
    return match.group(1)


def strict() -> tuple[str, ...]:
    """How the installed version asks `run` for strict mode: 0.3 has it by default."""
    version = answer("--version").split()[1:2]
    switches = {"0.1": ("--strict", "on"), "0.2": ("--strict",)}
    return switches.get(".".join(version[0].split(".")[:2]) if version else "", ())
