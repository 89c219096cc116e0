"""Reads an argv against the option notation of `program_table`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline_guard import lean
from pipeline_guard.programs.unsure import Unsure

_NONE, _VALUE, _OPTIONAL, _READ, _WRITE = "", "=", "=?", "<", ">"


class Read(NamedTuple):
    """An argv read: the options seen, the files they name, the operands.

    `refused` is the first option that the notation does not hold, or "". `given` are the options
    with their values.
    """

    seen: tuple[str, ...]
    read: tuple[str, ...]
    written: tuple[str, ...]
    operands: tuple[str, ...]
    refused: str
    given: tuple[tuple[str, str], ...] = ()


@lean.cache
def _options(notation: str) -> dict[str, str]:
    """Each option -> how its value is given and what it is."""
    options: dict[str, str] = {}
    for token in notation.split():
        name = token.rstrip("=?<>")
        kind = token[len(name) :]
        if token.startswith("--") or kind:
            options[name] = kind
        else:
            options.update((f"-{letter}", _NONE) for letter in name[1:])
    return options


def read(arguments: Sequence[str], notation: str) -> Read:
    """Read the arguments of a program; options may stand after operands, as GNU allows."""
    reader = _Reader(_options(notation), list(arguments))
    while reader.rest:
        reader.next()
    return Read(
        tuple(reader.seen),
        tuple(reader.read),
        tuple(reader.written),
        tuple(reader.operands),
        reader.refused,
        tuple(reader.given),
    )


class _Reader:
    def __init__(self, options: dict[str, str], rest: list[str]) -> None:
        self.options, self.rest = options, rest
        self.seen: list[str] = []
        self.given: list[tuple[str, str]] = []
        self.read: list[str] = []
        self.written: list[str] = []
        self.operands: list[str] = []
        self.refused = ""

    def next(self) -> None:
        word = self.rest.pop(0)
        if isinstance(word, Unsure):
            self._unsure(word)
        elif word == "--":
            self.operands += self.rest
            self.rest = []
        elif word == "-" or not word.startswith("-"):
            self.operands.append(word)
        elif word.startswith("--"):
            self._long(word)
        elif word[1:].isdigit() and "-#" in self.options:
            self.seen.append("-#")
        else:
            self._letters(word)

    def _unsure(self, word: Unsure) -> None:
        """An unknown word may be an option, unless its start is known to be none."""
        if word.may_be_option:
            self.refused = self.refused or word
        self.operands.append(word)

    def _long(self, word: str) -> None:
        name, has_value, value = word.partition("=")
        kind = self.options.get(name)
        if kind is None or (has_value and kind == _NONE):
            self.refused = self.refused or word
        elif has_value:
            self._note(name, kind, value)
        elif kind in (_NONE, _OPTIONAL):
            self._note(name, _NONE, "")
        else:
            self._take(name, kind)

    def _letters(self, word: str) -> None:
        for index, letter in enumerate(word[1:], start=2):
            kind = self.options.get("-" + letter)
            if kind is None:
                self.refused = self.refused or word
                return
            if kind == _NONE or (kind == _OPTIONAL and index == len(word)):
                self._note("-" + letter, _NONE, "")
                continue
            if index < len(word):
                self._note("-" + letter, kind, word[index:])
            else:
                self._take("-" + letter, kind)
            return

    def _take(self, name: str, kind: str) -> None:
        if not self.rest:
            self.refused = self.refused or name
            return
        self._note(name, kind, self.rest.pop(0))

    def _note(self, name: str, kind: str, value: str) -> None:
        self.seen.append(name)
        self.given.append((name, value))
        if kind == _READ:
            self.read.append(value)
        elif kind == _WRITE:
            self.written.append(value)
