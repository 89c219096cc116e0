"""How to start each real agent program headless on loopback, one module for each.

Every module has the same names: `SHELL`, `WRITE`, `SKILL` and `AGENT` make the calls its model
would make, `prepare` writes its configuration, `environment` and `command` start it.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from tests.support.conversation import ToolUse

NAMES = ("claude", "codex", "copilot", "gemini", "opencode")


class Stage(NamedTuple):
    """Where a session plays: an empty home folder, a repository, and the model's address."""

    home: Path
    repo: Path
    url: str


class Plugin(NamedTuple):
    """How the runtime takes this repository as a plugin; `{root}` stands for its folder.

    `commands` are run once, `arguments` come to every session, `prefix` to the skill's name.
    """

    commands: tuple[tuple[str, ...], ...] = ()
    arguments: tuple[str, ...] = ()
    prefix: str = ""


class Driver(Protocol):
    """The interface of the modules in this folder."""

    PACKAGE: str
    BINARY: str
    CAN_REFUSE_STOP: bool
    PLUGIN: Plugin | None
    SUBAGENT: str
    """What is in a conversation that is a subagent's, and in no other."""

    def skill_call(self, name: str) -> ToolUse | None:
        """The call that loads the skill; None where the prompt does."""

    def shell(self, command: str) -> ToolUse:
        """The call that runs a shell command."""

    def write(self, path: Path, text: str) -> ToolUse:
        """The call that writes a new file."""

    def agent(self) -> list[ToolUse]:
        """The calls that start a subagent and wait for it."""

    def prepare(self, stage: Stage) -> None:
        """Write the configuration that a person would have."""

    def environment(self, stage: Stage) -> Mapping[str, str]:
        """What has to be in the environment besides HOME and PATH."""

    def command(self, prompt: str, *, resumed: bool) -> list[str]:
        """The arguments of a new session, or of the last one gone on with."""


def driver(name: str) -> Driver:
    """The driver of one runtime."""
    return cast(Driver, importlib.import_module(f"tests.runtimes.drivers.{name}"))
