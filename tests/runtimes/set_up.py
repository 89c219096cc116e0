"""How the guard gets into a stage: by `self-heal install`, or as the runtime's own plugin."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from self_heal.places import plugin_root
from tests.runtimes.drivers import Driver, Stage

SELF_HEAL = Path(sys.executable).parent / "self-heal"
INSTALL, PLUGIN = "install", "plugin"

# Stands in for the recorded interpreter: it dies on one call, and waits for ever on another.
_FAULTY = """#!/bin/sh
event=$(cat)
case $event in
  *'mkdir -p debug/job'*) kill -9 $$ ;;
  *'mkdir -p debug/data_snapshot'*) exec 3<>{pipe}; exec {python} "$@" <&3 ;;
esac
printf '%s' "$event" | {python} "$@"
"""


def environment(runtime: Driver, stage: Stage) -> Mapping[str, str]:
    """An empty home folder, this project's programs on the PATH, and what the runtime needs."""
    return {
        "HOME": str(stage.home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TERM": "dumb",
        **runtime.environment(stage),
    }


def set_up(name: str, runtime: Driver, program: Path, route: str, stage: Stage) -> list[str]:
    """Install the guard with an interpreter that fails on purpose; gives further arguments."""
    runtime.prepare(stage)
    if route == INSTALL:
        _call([str(SELF_HEAL), "install", "--runtime", name], runtime, stage)
    _record_faulty_interpreter(stage)
    return _as_plugin(runtime, program, stage) if route == PLUGIN else []


def _as_plugin(runtime: Driver, program: Path, stage: Stage) -> list[str]:
    assert runtime.PLUGIN is not None
    root = _repository(stage.home / "plugin")
    for words in runtime.PLUGIN.commands:
        _call([str(program), *(word.format(root=root) for word in words)], runtime, stage)
    return [word.format(root=root) for word in runtime.PLUGIN.arguments]


def _repository(folder: Path) -> Path:
    """This repository as a person would clone it: without what git does not keep."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(
        words, cwd=plugin_root(), capture_output=True, text=True, check=True
    ).stdout
    for name in listed.splitlines():
        if not name.startswith("tests/") and (plugin_root() / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(plugin_root() / name, folder / name)
    return folder


def _record_faulty_interpreter(stage: Stage) -> None:
    recorded = stage.home / ".local" / "state" / "self-healing-pipeline" / "interpreter"
    faulty, pipe = stage.home / "faulty-python", stage.home / "nothing-comes"
    os.mkfifo(pipe)
    python = shlex.quote(sys.executable)
    faulty.write_text(_FAULTY.format(pipe=shlex.quote(str(pipe)), python=python))
    faulty.chmod(0o755)
    recorded.parent.mkdir(parents=True, exist_ok=True)
    recorded.write_text(f"{faulty}\n{sysconfig.get_path('purelib')}\n")


def _call(words: list[str], runtime: Driver, stage: Stage) -> None:
    done = subprocess.run(
        words,
        env=environment(runtime, stage),
        cwd=stage.repo,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
