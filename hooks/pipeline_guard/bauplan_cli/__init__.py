"""Reads a `bauplan` command line as the program's own parser does.

A re-implementation of clap as far as bauplan uses it, driven by a `reference.Reference`: its
verdict, accepted or not, equals the program's. clap judges word by word and stops at the first
error or at `--help`; so does this. The common options may stand at each level of a command, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, NoReturn

from pipeline_guard.bauplan_cli import values as bauplan_values
from pipeline_guard.bauplan_cli.reference import HELP, VERSION, Command, Option, Reference

NO_COMMAND = "no command"
UNKNOWN_COMMAND = "unknown command"
UNKNOWN_FLAG = "unknown flag"
NO_VALUE = "no value"
BAD_VALUE = "bad value"
UNNEEDED_VALUE = "unneeded value"
REPEATED = "repeated"
TOO_MANY = "too many"
MISSING = "missing"
CONFLICT = "conflict"


class Problem(NamedTuple):
    """Why the program would refuse the line; `instead` is the whole line put right.

    What only the caller can know stands in `instead` as `<…>`; the pinned ref as `<pinned ref>`.
    """

    saw: str
    why: str
    instead: str


class BauplanCall(NamedTuple):
    """A command line of `bauplan`, understood.

    `command` is canonical, hidden aliases resolved, as ("branch", "rm"); `options` maps canonical
    long names (the letter where there is none: "b") to their values in order, ("",) for a switch.
    `help` is True where the line only prints help or the version. With problems, the rest holds
    what was read before the first of them.
    """

    command: tuple[str, ...]
    options: Mapping[str, tuple[str, ...]]
    positionals: tuple[str, ...]
    help: bool
    problems: tuple[Problem, ...]


class Fault(Exception):
    """Where and why parsing stopped.

    `at` and `end` are the indexes in argv of the first and the last word that belong to it (a
    flag and its value), `part` is the part that is wrong, `why` the clause that says so.
    """

    def __init__(
        self, kind: str, at: int, end: int, part: str, option: Option | None, why: str
    ) -> None:
        super().__init__(kind)
        self.kind, self.at, self.end, self.part = kind, at, end, part
        self.option, self.why = option, why


class _HelpAsked(Exception):
    """The rest of the line does not matter: clap prints help or the version."""


def read(argv: Sequence[str], reference: Reference) -> BauplanCall:
    """What this command line (without the program's name) means, and what is wrong with it."""
    parse = Parse(argv, reference)
    fault = parse.run()
    problems: tuple[Problem, ...] = ()
    if fault is not None:
        from pipeline_guard.bauplan_cli import (
            advice as bauplan_advice,  # only where something is wrong
        )

        problems = bauplan_advice.problems(parse, fault)
    return BauplanCall(
        parse.command.path,
        {name: tuple(values) for name, values in parse.options.items()},
        tuple(parse.positionals),
        parse.help,
        problems,
    )


class Parse:
    """One pass over a command line; `run` returns the first fault, if any."""

    def __init__(self, argv: Sequence[str], reference: Reference) -> None:
        self.argv = list(argv)
        self.reference = reference
        self.command = reference.command(())
        self.options: dict[str, list[str]] = {}
        self.positionals: list[str] = []
        self.places: list[int] = []  # the index of each positional in argv
        self.help = False
        self._at = 0
        self._start = 0  # where the flag began whose value is read
        self._seen: set[str] = set()  # options given at this level
        self._trailing = False

    def run(self) -> Fault | None:
        """Read the whole line."""
        try:
            while self._at < len(self.argv):
                self._start = self._at
                self._word(self.argv[self._at])
                self._at += 1
            self._finish()
        except _HelpAsked:
            self.help = True
        except Fault as fault:
            return fault
        return None

    def _fail(self, kind: str, part: str, option: Option | None = None, why: str = "") -> NoReturn:
        raise Fault(kind, self._start, self._at, part, option, why)

    def _word(self, word: str) -> None:
        if self._trailing:
            self._plain(word)
        elif word == "--":
            self._trailing = True
        elif word.startswith("--"):
            self._long(word)
        elif word.startswith("-") and word != "-":
            self._short(word)
        elif self.command.group:
            self._descend(word)
        else:
            self._plain(word)

    def _descend(self, word: str) -> None:
        if word == HELP:
            self._explain(self.command)
        name = self.command.subcommands.get(word)
        if name is None:
            self._fail(UNKNOWN_COMMAND, word)
        self.command = self.reference.command((*self.command.path, name))
        self._seen = set()

    def _explain(self, command: Command) -> NoReturn:
        """The `help` subcommand: each word after it must name a command, `help` the last."""
        self._at += 1
        while self._at < len(self.argv):
            self._start = self._at
            word = self.argv[self._at]
            name = command.subcommands.get(word)
            if name is None:
                if word == HELP and command.group and self._at == len(self.argv) - 1:
                    break
                self._fail(UNKNOWN_COMMAND, word)
            command = self.reference.command((*command.path, name))
            self._at += 1
        self.command = self.command._replace(path=(HELP,))
        raise _HelpAsked

    def _plain(self, word: str) -> None:
        expected = self.command.positionals
        place = len(self.positionals)
        if place >= len(expected) and not (expected and expected[-1].repeatable):
            self._fail(TOO_MANY, word)
        why = bauplan_values.objection(expected[min(place, len(expected) - 1)].value, word)
        if why:
            self._fail(BAD_VALUE, word, None, why)
        self.positionals.append(word)
        self.places.append(self._at)

    def _long(self, word: str) -> None:
        flag, joined, text = word.partition("=")
        option = self.command.flags.get(flag)
        if option is None:
            self._fail(UNKNOWN_FLAG, flag)
        if option.value is None:
            if joined:
                self._fail(UNNEEDED_VALUE, flag, option, text)
            self._take(option, "", flag)
        else:
            self._take(option, text if joined else self._next(option, flag), flag)

    def _short(self, word: str) -> None:
        """A cluster as `-vOjson`: switches, then at most one that takes the rest as its value."""
        for place, letter in enumerate(word[1:], start=1):
            flag = f"-{letter}"
            option = self.command.flags.get(flag)
            if option is None:
                self._fail(UNKNOWN_FLAG, flag)
            if option.value is not None:
                rest = word[place + 1 :]
                text = rest.removeprefix("=") if rest else self._next(option, flag)
                self._take(option, text, flag)
                return
            self._take(option, "", flag)

    def _next(self, option: Option, flag: str) -> str:
        """The word after a flag as its value: one with a dash is none, `-` itself is."""
        ahead = self.argv[self._at + 1] if self._at + 1 < len(self.argv) else "--"
        dashed = ahead.startswith("-") and ahead != "-"
        if dashed and (ahead == "--" or option.value is None or not option.value.dashed):
            self._fail(NO_VALUE, flag, option)
        self._at += 1
        return ahead

    def _take(self, option: Option, text: str, flag: str) -> None:
        if option.action in (HELP, VERSION):
            raise _HelpAsked
        if option.value is not None:
            why = bauplan_values.objection(option.value, text)
            if why:
                self._fail(BAD_VALUE, text, option, why)
        if option.name in self._seen and not option.repeatable:
            self._fail(REPEATED, flag, option)
        self._seen.add(option.name)
        self.options.setdefault(option.name, []).append(text)

    def _finish(self) -> None:
        if self.command.group:
            self._fail(NO_COMMAND, "")
        given = {item.name for item, _ in zip(self.command.positionals, self.places, strict=False)}
        given |= self._seen
        for one, other in self.command.conflicts:
            if one in given and other in given:
                self._fail(CONFLICT, one, self.command.flags.get(f"--{one}"), other)
        for positional in self.command.positionals:
            if positional.required and positional.name not in given:
                self._fail(MISSING, positional.name)
        for option in self.command.options:
            if option.required and option.name not in given:
                self._fail(MISSING, option.name, option)
