"""What the installed version of `bauplan` takes on its command line.

A reference is a document of `schemas/cli.schema.json`, made by `self-heal reference build` from
the program's own `--help` and parser. Those of known versions are in `schemas/cli/`; one of
another version is built once and kept in the state folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeline_guard import home

HELP = "help"
VERSION = "version"

_SECONDS = 5.0  # a hook must answer in time


class ReferenceMissingError(Exception):
    """There is no reference of this version, and none could be built; says what to run."""


class Value(NamedTuple):
    """What a value must be. `kind` is string, path (not empty), integer, pair, url or choice.

    `dashed` is True where the next word is taken even when it begins with a dash.
    """

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    hidden_choices: tuple[str, ...] = ()
    ignore_case: bool = False
    min: int = 0
    max: int = 0
    dashed: bool = False


class Option(NamedTuple):
    """A flag: `name` is its long name without dashes; `value` is None for one that takes none."""

    name: str
    spellings: tuple[str, ...]
    action: str
    value: Value | None
    repeatable: bool
    required: bool
    default: str
    summary: str


class Positional(NamedTuple):
    """A word that is told by its place."""

    name: str
    value: Value
    required: bool
    repeatable: bool


class Command(NamedTuple):
    """One command: `flags` and `subcommands` map every spelling, hidden ones too."""

    path: tuple[str, ...]
    summary: str
    group: bool
    options: tuple[Option, ...]
    flags: Mapping[str, Option]
    positionals: tuple[Positional, ...]
    conflicts: tuple[tuple[str, str], ...]
    subcommands: Mapping[str, str]


class Reference:
    """The command line of one version; a command is made into values when it is first asked for."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.version: str = document["version"]
        self._document = document
        self._commands: dict[tuple[str, ...], Command] = {}

    def paths(self) -> tuple[tuple[str, ...], ...]:
        """Every command, groups too; the program itself is the empty path."""
        return tuple(tuple(key.split()) for key in self._document["commands"])

    def said(self, command: Command) -> dict[str, Any]:
        """What the document says of a command, for another program to read."""
        said: dict[str, Any] = self._document["commands"][" ".join(command.path)]
        return said

    def own(self, command: Command) -> tuple[Option, ...]:
        """The options of a command that not every command takes."""
        return tuple(o for o in command.options if o.name not in self._document["options"])

    def command(self, path: tuple[str, ...]) -> Command:
        """The command at this canonical path; `KeyError` when there is none."""
        if path not in self._commands:
            self._commands[path] = self._make(path)
        return self._commands[path]

    def _make(self, path: tuple[str, ...]) -> Command:
        said = self._document["commands"][" ".join(path)]
        parts = {**self._document["options"], **said.get("options", {})}
        options = tuple(_option(name, part) for name, part in parts.items())
        hidden = {name: part.get("hidden_spellings", ()) for name, part in parts.items()}
        return Command(
            path,
            said["summary"],
            said.get("group", False),
            options,
            {s: option for option in options for s in (*option.spellings, *hidden[option.name])},
            tuple(_positional(part) for part in said.get("positionals", ())),
            tuple((one, other) for one, other in said.get("conflicts", ())),
            self._subcommands(path) if said.get("group") else {},
        )

    def _subcommands(self, path: tuple[str, ...]) -> dict[str, str]:
        found = {}
        start = "".join(f"{name} " for name in path)
        for key, said in self._document["commands"].items():
            name = key[len(start) :]
            if name and key.startswith(start) and " " not in name:
                for spelling in (name, *said.get("aliases", ()), *said.get("hidden_aliases", ())):
                    found[spelling] = name
        return found


def _option(name: str, said: Mapping[str, Any]) -> Option:
    return Option(
        name,
        tuple(said["spellings"]),
        said["action"],
        _value(said["value"]) if "value" in said else None,
        said.get("repeatable", False),
        said.get("required", False),
        said.get("default", ""),
        said["summary"],
    )


def _positional(said: Mapping[str, Any]) -> Positional:
    return Positional(
        said["name"],
        _value(said["value"]),
        said.get("required", False),
        said.get("repeatable", False),
    )


def _value(said: Mapping[str, Any]) -> Value:
    return Value(
        said["name"],
        said["kind"],
        tuple(said.get("choices", ())),
        tuple(said.get("hidden_choices", ())),
        said.get("ignore_case", False),
        said.get("min", 0),
        said.get("max", 0),
        said.get("dashed", False),
    )


_loaded: dict[str, Reference] = {}


def load(version: str, program: str = "", seconds: float = _SECONDS) -> Reference:
    """The reference of this version.

    For a version that is not known it is built from `program` (else the `bauplan` on PATH, if it
    is of that version), which takes a second or two, once. Raises `ReferenceMissingError`, also
    when it is not there after `seconds`; it is then still being built.
    """
    if version not in _loaded:
        if not version:
            raise ReferenceMissingError(
                "No bauplan program is found, so its command line is not known."
                " Run: pip install bauplan"
            )
        found = (_read(path) for path in _paths(version) if os.path.isfile(path))
        first = next((known for known in found if known is not None), None)
        _loaded[version] = first or _build(version, program, seconds)
    return _loaded[version]


def known_versions() -> tuple[str, ...]:
    """The versions whose reference comes with this package, oldest first."""
    names = os.listdir(_folder()) if os.path.isdir(_folder()) else []
    found = {name[len("bauplan-") : -len(".json")] for name in names if name.endswith(".json")}
    return tuple(sorted(found, key=lambda version: [int(part) for part in version.split(".")]))


def cache_path(version: str) -> str:
    """Where the reference of a version is kept that does not come with this package."""
    name = f"bauplan-{home.file_name(version)}.json"
    return os.path.join(home.state_folder(), "cache", "cli", name)


def _paths(version: str) -> list[str]:
    cached = cache_path(version)
    name = os.path.basename(cached)
    return [os.path.join(_folder(), name), cached]


def _read(path: str) -> Reference | None:
    """The reference in a file; None where the file is damaged, it is then built anew."""
    try:
        with open(path, encoding="utf-8") as file:
            return Reference(json.load(file))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _build(version: str, program: str, seconds: float) -> Reference:
    from pipeline_guard.bauplan_cli import reference_build  # only on the slow way

    path = program or reference_build.on_path()
    said = reference_build.run(path, version, cache_path(version), seconds)
    built = _read(cache_path(version))
    if built is not None:
        return built
    raise ReferenceMissingError(
        f"There is no reference of bauplan {version}, and it could not be built ({said})."
        f" Run: self-heal reference build --program {path}"
    )


def _folder() -> str:
    return os.path.join(home.schemas(), "cli")
