"""Reads one page of clap's `--help`: subcommands, positionals, options and what is said of them.

A form that is not known is an error, never a guess: the reference is what the guard trusts.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from self_heal.errors import BadInput

_NOTES = re.compile(r"\[(default|possible values|aliases|short aliases): ([^\]]*)\]")
_OPTION = re.compile(r"(?:-(?P<short>\w))?(?:, )?(?:--(?P<long>[\w-]+))?(?: <(?P<value>[\w-]+)>)?")
_POSITIONAL = re.compile(r"(?:<(?P<required>[\w-]+)>|\[(?P<optional>[\w-]+)\])(?P<many>\.\.\.)?")
_BULLET = re.compile(r"^ *- ([\w-]+)", re.MULTILINE)


class OptionHelp(NamedTuple):
    """An option as the help shows it; `value` is its placeholder, "" for a switch."""

    short: str
    long: str
    value: str
    aliases: tuple[str, ...]
    choices: tuple[str, ...]
    default: str
    summary: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """The canonical one first, then the short form and the aliases."""
        own = (f"--{self.long}" * bool(self.long), f"-{self.short}" * bool(self.short))
        return (*(spelling for spelling in own if spelling), *self.aliases)


class PositionalHelp(NamedTuple):
    """A positional argument as the help shows it."""

    name: str
    required: bool
    repeatable: bool
    choices: tuple[str, ...]
    summary: str


class Page(NamedTuple):
    """One `--help` page; `subcommands` maps each name to its visible aliases."""

    summary: str
    usage: str
    subcommands: dict[str, tuple[str, ...]]
    positionals: tuple[PositionalHelp, ...]
    options: tuple[OptionHelp, ...]
    common: tuple[OptionHelp, ...]

    def requires(self, option: OptionHelp) -> bool:
        """Whether the usage line names this option outside its `[OPTIONS]`."""
        return f" --{option.long} <" in self.usage


def read(text: str) -> Page:
    """The page that this help text shows."""
    sections = _sections(text)
    usage = sections.pop("Usage", "")
    options: list[OptionHelp] = []
    common: list[OptionHelp] = []
    positionals: tuple[PositionalHelp, ...] = ()
    subcommands: dict[str, tuple[str, ...]] = {}
    for heading, body in sections.items():
        if heading == "Commands":
            subcommands = {head: _aliases(said) for head, said in _entries(body) if head != "help"}
        elif heading == "Arguments":
            positionals = tuple(_positional(head, said) for head, said in _entries(body))
        elif heading.startswith("Global"):
            common += [_option(head, said) for head, said in _entries(body)]
        elif heading.endswith("Options"):
            options += [_option(head, said) for head, said in _entries(body)]
    return Page(
        text.partition("\n")[0].strip(),
        usage,
        subcommands,
        positionals,
        tuple(options),
        tuple(common),
    )


def _sections(text: str) -> dict[str, str]:
    """Heading -> body. `Usage: …` carries its body on its own line; `Examples` has no colon."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("Usage:"):
            heading = ""
            found["Usage"] = [line.removeprefix("Usage:")]
        elif line and not line.startswith(" "):
            heading = line.removesuffix(":") if line.endswith(":") else ""
        elif heading:
            found.setdefault(heading, []).append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


def _entries(body: str) -> list[tuple[str, str]]:
    """(head, description) of each entry: heads are indented by at most six columns."""
    entries: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent <= 6:
            head, _, said = line.strip().partition("  ")
            entries.append((head, [said]))
        elif entries:
            entries[-1][1].append(line)
    return [(head, "\n".join(said).strip()) for head, said in entries]


def _notes(said: str) -> dict[str, str]:
    return {found[1]: found[2] for found in _NOTES.finditer(said)}


def _aliases(said: str) -> tuple[str, ...]:
    notes = _notes(said)
    listed = [notes[key] for key in ("aliases", "short aliases") if key in notes]
    return tuple(alias for group in listed for alias in group.split(", "))


def _summary(said: str) -> str:
    """The first paragraph without clap's own notes on values and aliases."""
    paragraph = " ".join(said.split("\n\n")[0].split("\n          \n")[0].split())
    return _NOTES.sub(
        lambda found: found[0] if found[2].startswith("active") else "", paragraph
    ).strip()


def _choices(said: str) -> tuple[str, ...]:
    listed = _notes(said).get("possible values")
    if listed is not None:
        return tuple(listed.split(", "))
    _, bulleted, rest = said.partition("Possible values:")
    return tuple(_BULLET.findall(rest)) if bulleted else ()


def _option(head: str, said: str) -> OptionHelp:
    found = _OPTION.fullmatch(head)
    if found is None or not (found["short"] or found["long"]):
        raise BadInput(f"the help shows an option in a form that is not known: {head!r}.")
    return OptionHelp(
        found["short"] or "",
        found["long"] or "",
        found["value"] or "",
        _aliases(said),
        _choices(said),
        _notes(said).get("default", ""),
        _summary(said),
    )


def _positional(head: str, said: str) -> PositionalHelp:
    found = _POSITIONAL.fullmatch(head)
    if found is None:
        raise BadInput(f"the help shows an argument in a form that is not known: {head!r}.")
    return PositionalHelp(
        found["required"] or found["optional"],
        found["required"] is not None,
        found["many"] is not None,
        _choices(said),
        _summary(said),
    )
