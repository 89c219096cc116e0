"""Runs the real programs that a stage needs: `bauplan`, `git`, `self-heal`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from self_heal.errors import BadInput, MissingProgram

PROGRAM_VERSION = "0.3.5"
Done = subprocess.CompletedProcess[str]


def run(
    command: list[str], folder: Path, environment: Mapping[str, str], check: bool = True
) -> Done:
    """Run a program of the stage; with `check` a failure is BadInput with what it printed."""
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise BadInput(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")
    return done


def check_program() -> Path:
    """The `bauplan` beside this interpreter; raises MissingProgram with what to do."""
    program = Path(sys.executable).with_name("bauplan")
    advice = f"install it with `{sys.executable} -m pip install bauplan=={PROGRAM_VERSION}`"
    if not program.is_file():
        raise MissingProgram(f"{program} is missing: {advice}.")
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if done.stdout.split()[1:2] != [PROGRAM_VERSION]:
        found = done.stdout.strip() or "a program that does not answer"
        raise MissingProgram(f"{program} is {found}, not {PROGRAM_VERSION}: {advice}.")
    return program
