"""The real agent programs: where they are installed, and how.

Each folder here has a `package.json` (or, for the Claude Code that a Python wheel carries, a
`requirements.txt`) that pins one version. `tests/claude` pins one of its own, for older Node.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from tests.runtimes.drivers import driver
from tests.runtimes.set_up import INSTALL, PLUGIN

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build" / "runtimes"
OLDER_CLAUDE = ROOT / "tests" / "claude"
NEWEST_CLAUDE = "claude-newest"
NAMES = ("claude", NEWEST_CLAUDE, "codex", "copilot", "gemini", "opencode")


class Program(NamedTuple):
    """An installed agent program."""

    runtime: str
    version: str
    path: Path
    route: str = INSTALL

    @property
    def title(self) -> str:
        """How the table names it."""
        plugin = ", as a plugin" if self.route == PLUGIN else ""
        return f"{self.runtime} {self.version}{plugin}"

    def routes(self) -> list[Program]:
        """The program with each way to get the guard into it."""
        plugin = [self._replace(route=PLUGIN)] if driver(self.runtime).PLUGIN else []
        return [self, *plugin]


class NotInstalled(Exception):
    """The program is not there; the message says why and what to do."""


def installed(name: str) -> Program:
    """The pinned version of a program; raises `NotInstalled`."""
    if name == NEWEST_CLAUDE:
        return _bundled(BUILD / name)
    if not shutil.which("node"):
        raise NotInstalled("there is no Node on this machine")
    return _from_npm(name, OLDER_CLAUDE if name == "claude" else HERE / name)


def install(name: str) -> Program:
    """Install the pinned version where it is missing, over npm or pip, and return it."""
    try:
        return installed(name)
    except NotInstalled:
        if name == NEWEST_CLAUDE:
            wanted = (HERE / name / "requirements.txt").read_text().strip()
            return _bundled(_unpacked(wanted, BUILD / name))
        folder = OLDER_CLAUDE if name == "claude" else HERE / name
        _npm(folder)
        return installed(name)


def install_latest(name: str) -> Program:
    """Install the newest published version in a folder of its own."""
    folder = BUILD / "latest" / name
    shutil.rmtree(folder, ignore_errors=True)
    if name == NEWEST_CLAUDE:
        return _bundled(_unpacked("claude-agent-sdk", folder))
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"private": true}')
    _npm(folder, driver(name).PACKAGE)
    return _from_npm(name, folder)


def _from_npm(name: str, folder: Path) -> Program:
    modules = folder / "node_modules"
    runtime = driver(name)
    package = modules / runtime.PACKAGE / "package.json"
    if not package.exists():
        raise NotInstalled(f"{name} is not installed: `make test-runtimes` installs it")
    version = json.loads(package.read_text())["version"]
    return Program(name, version, modules / ".bin" / runtime.BINARY)


def _npm(folder: Path, *packages: str) -> None:
    if not shutil.which("npm"):
        raise NotInstalled("there is no npm on this machine")
    quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
    words = ["npm", "install", "--prefix", str(folder), *quiet, *packages]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstalled(f"npm could not install it: {' '.join(done.stderr.split())[:300]}")


def _bundled(folder: Path) -> Program:
    path, version = folder / "claude", folder / "version"
    if not version.exists():
        raise NotInstalled(f"{NEWEST_CLAUDE} is not installed: `make test-runtimes` installs it")
    return Program("claude", version.read_text(), path)


def _unpacked(requirement: str, folder: Path) -> Path:
    """The Claude Code that the Agent SDK's wheel carries; it needs no Node."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    done = subprocess.run([*words, requirement], capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        raise NotInstalled(f"pip could not fetch it: {' '.join(done.stderr.split())[:300]}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        (folder / "claude").write_bytes(wheel.read("claude_agent_sdk/_bundled/claude"))
    wheels[0].unlink()
    (folder / "claude").chmod(0o755)
    told = subprocess.run([folder / "claude", "--version"], capture_output=True, text=True)
    (folder / "version").write_text(told.stdout.split()[0])
    return folder
