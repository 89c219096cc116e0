"""A plugin that a runtime installed by itself: nobody ran pip, so it sets itself up.

The whole of it, with pip and the real Claude Code, is in `tests/claude/test_plugin_install.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


class Plugin:
    """The plugin's own files in a folder without an environment, and its data folder."""

    def __init__(self, folder: Path) -> None:
        self.root, self.data, self.home = folder / "plugin", folder / "data", folder / "home"
        for part in ("hooks", "bin", "tools"):
            shutil.copytree(ROOT / part, self.root / part)
        self.pyproject = self.root / "pyproject.toml"
        shutil.copy(ROOT / "pyproject.toml", self.pyproject)
        self.installed = self.pyproject.stat().st_mtime
        self.home.mkdir()
        self.state = self.home / ".local" / "state" / "self-healing-pipeline"
        self.log = self.data / "set-up.log"
        self.path = os.environ["PATH"]

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """One of the plugin's programs, as the agent's shell runs it."""
        return subprocess.run(
            [self.root / program, *words],
            env={"HOME": str(self.home), "PATH": self.path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.home,
        )

    def set_up(self) -> int:
        """Its exit code."""
        return self.run("hooks/set-up", str(self.data)).returncode

    def dated(self, path: Path, later: int) -> None:
        """A file that was written so many seconds after the plugin was installed."""
        path.touch()
        when = self.installed + later
        os.utime(path, (when, when))

    def has_environment(self) -> None:
        """As set-up leaves it; this process's own packages stand for those that pip installs."""
        venv = self.data / "venv"
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").symlink_to(sys.executable)
        packages = next(path for path in sys.path if path.endswith("site-packages"))
        (venv / "lib" / "python3.11").mkdir(parents=True)
        (venv / "lib" / "python3.11" / "site-packages").symlink_to(packages)
        self.dated(venv / ".ready", 10)
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / "plugin-data").write_text(f"{self.data}\n")


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    return Plugin(tmp_path)


def test_the_agent_finds_self_heal_without_pip(plugin: Plugin):
    plugin.has_environment()
    said = plugin.run("bin/self-heal", "guard", "status")
    assert said.stdout.startswith("Healing is off")
    assert (said.returncode, said.stderr) == (1, "")


def test_before_it_is_ready_self_heal_says_so(plugin: Plugin):
    said = plugin.run("bin/self-heal", "guard", "status")
    assert (said.returncode, said.stdout) == (3, "")
    assert "not ready yet" in said.stderr


def test_an_update_of_the_plugin_sets_up_again(plugin: Plugin, without_python: str):
    """It may need other packages than the environment that is there."""
    plugin.has_environment()
    assert plugin.set_up() == 0, "nothing to do"
    plugin.dated(plugin.pyproject, 20)
    assert plugin.run("bin/self-heal", "guard", "status").returncode == 3
    plugin.path = without_python
    assert plugin.set_up() == 1, "it tries, and there is no Python on this PATH"


def test_one_set_up_at_a_time(plugin: Plugin):
    """The second leaves the work to the one that is at it."""
    lock = plugin.data / "set-up.lock"
    lock.mkdir(parents=True)
    (lock / "pid").write_text(f"{os.getpid()}\n")
    assert plugin.set_up() == 0
    assert lock.exists()
    assert not plugin.log.exists()


def test_a_set_up_that_was_killed_is_taken_over(plugin: Plugin, without_python: str):
    lock = plugin.data / "set-up.lock"
    lock.mkdir(parents=True)
    (lock / "pid").write_text("999999999\n")
    plugin.path = without_python
    assert plugin.set_up() == 1
    assert "No Python 3.11 or newer" in plugin.log.read_text()
    assert not lock.exists(), "the next one may try"


@pytest.fixture
def without_python(tmp_path: Path) -> str:
    """A PATH with what set-up itself needs, and a Python that is too old."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "mkdir", "rm", "cat", "find"):
        (folder / name).symlink_to(shutil.which(name) or name)
    (folder / "python3").write_text("#!/bin/sh\nexit 0\n")
    (folder / "python3").chmod(0o755)
    return str(folder)
