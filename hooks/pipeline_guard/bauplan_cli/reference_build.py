"""Has the reference of an unknown version built, in a process of its own.

The builder is part of the command line in `tools/`, which the engine does not import.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from pipeline_guard import home

_TOOLS = os.path.join(os.path.dirname(home.PACKAGES), "tools")
_START = (
    "import runpy, sys; sys.path[:0] = [sys.argv.pop(1), sys.argv.pop(1)];"
    " runpy.run_module('self_heal.reference', run_name='__main__', alter_sys=True)"
)

unfinished: list[subprocess.Popen[str]] = []
"""Builders that were not waited for: they go on, and the next call finds what they wrote."""


def on_path() -> str:
    """The `bauplan` that a command line would run."""
    return shutil.which("bauplan") or "bauplan"


def run(program: str, version: str, target: str, seconds: float) -> str:
    """Let the builder write the reference of `program` to `target`; what it has to say of that.

    It gets a session of its own, so that it outlives a hook that is ended for being slow.
    """
    command = [sys.executable, "-I", "-c", _START, _TOOLS, home.PACKAGES, program, version, target]
    try:
        builder = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    except OSError as error:
        return str(error)
    try:
        return builder.communicate(timeout=seconds)[1].strip()[-500:]
    except subprocess.TimeoutExpired:
        unfinished.append(builder)
        return "it takes longer than usual; try once more in a minute"
