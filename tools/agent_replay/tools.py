"""The agent's tools, for real: bash, and reading, writing and editing files in a workspace."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

TIMEOUT = 120.0
"""Seconds that a command may run before it is stopped."""


class Outcome(NamedTuple):
    """What a tool did: `text` is what the model reads; `exit_code` is set for Bash only."""

    ok: bool
    text: str
    exit_code: int | None = None


class ToolFailed(Exception):
    """The tool could not do what it was asked; the message is for the model."""


class Tools:
    """Runs tool calls in one folder with one environment."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = dict(environment)

    def run(self, tool: str, arguments: Mapping[str, Any]) -> Outcome:
        """Execute one call; an unknown tool or a failing one is an outcome, not an exception."""
        handlers: dict[str, Callable[..., Outcome]] = {
            "Bash": self.bash,
            "Read": self.read,
            "Write": self.write,
            "Edit": self.edit,
            "Skill": self.skill,
        }
        if tool not in handlers:
            return Outcome(False, f"There is no tool {tool}.")
        try:
            return handlers[tool](arguments)
        except (ToolFailed, OSError, UnicodeDecodeError) as error:
            return Outcome(False, str(error))

    def bash(self, arguments: Mapping[str, Any]) -> Outcome:
        """Run a command line in a fresh bash, its whole process group stopped at the timeout."""
        process = subprocess.Popen(
            ["bash", "-c", str(arguments["command"])],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            text, _ = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            text = f"stopped after {TIMEOUT:.0f} s"
            process.returncode = 124
        finally:
            _stop_group(process)
        return Outcome(process.returncode == 0, text, process.returncode)

    def read(self, arguments: Mapping[str, Any]) -> Outcome:
        """The whole text of a file."""
        return Outcome(True, self._path(arguments).read_text(encoding="utf-8"))

    def write(self, arguments: Mapping[str, Any]) -> Outcome:
        """Create or replace a file."""
        path = self._path(arguments)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(arguments["content"]), encoding="utf-8")
        return Outcome(True, f"wrote {path.relative_to(self.folder)}")

    def edit(self, arguments: Mapping[str, Any]) -> Outcome:
        """Replace a text that stands in the file exactly once."""
        path = self._path(arguments)
        text = path.read_text(encoding="utf-8")
        old = str(arguments["old_string"])
        if text.count(old) != 1:
            raise ToolFailed(f"old_string stands {text.count(old)} times in {path.name}, not once")
        path.write_text(text.replace(old, str(arguments["new_string"])), encoding="utf-8")
        return Outcome(True, f"edited {path.relative_to(self.folder)}")

    def skill(self, arguments: Mapping[str, Any]) -> Outcome:
        """The skill's text is part of the agent's context; loading it has no effect here."""
        return Outcome(True, f"Launching skill: {arguments['skill']}")

    def _path(self, arguments: Mapping[str, Any]) -> Path:
        return self.folder / Path(str(arguments["file_path"])).expanduser()


def _stop_group(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
