"""An argv of git -> the call it is: subcommand, options, positionals, and what it would change.

Options are read as git reads them (joined short options, `--name=value`, unique abbreviations of
long names), against the table in `git_options`. What is not in the table is in `strange`, and a
call with anything strange is refused: an alias, an unknown subcommand, an unknown option.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline_guard.git_cli import options as git_options

Options = Mapping[str, tuple[str, ...]]

_HARMLESS_SETTINGS = ("color.ui=", "core.quotepath=")
_GLOBAL_SWITCHES = frozenset(
    {"--no-pager", "-P", "--no-optional-locks", "--literal-pathspecs", "--no-replace-objects"}
)
_PRINTS_ONLY = frozenset({"--version", "-v", "--help", "-h"})


class GitCall(NamedTuple):
    """One call of git.

    `subcommand` is `""` for plain `git` or `git --version`; `options` maps a canonical name
    (`--message`, `-q` where there is no long form) to its values in order, `""` for a switch;
    `paths` are what stands behind `--`, `has_separator` says that it stands there. `folder` is
    where it runs, after `-C`. `strange` quotes what is not understood or not allowed here.
    """

    subcommand: str
    options: Options
    positionals: tuple[str, ...]
    paths: tuple[str, ...]
    folder: str
    strange: tuple[str, ...] = ()
    has_separator: bool = False

    def has(self, *names: str) -> bool:
        """Whether one of these options is given."""
        return any(name in self.options for name in names)

    def values(self, *names: str) -> tuple[str, ...]:
        """The values of these options, in order."""
        return tuple(value for name in names for value in self.options.get(name, ()))

    @property
    def lists(self) -> bool:
        """Whether it only lists, under the name of a command that changes: `stash list`."""
        first = next(iter(self.positionals), "")
        if self.subcommand == "tag":
            return first in ("", "-l", "--list", "-n", "--contains", "--points-at", "--merged")
        return self.subcommand in ("stash", "worktree") and first in ("list", "show")

    @property
    def creates(self) -> str:
        """The branch that `switch -c` or `checkout -b` makes; `""` for none."""
        names = {"switch": ("--create",), "checkout": ("-b",)}.get(self.subcommand, ())
        return next(iter(self.values(*names)), "")

    @property
    def target(self) -> str:
        """The branch HEAD would be on afterwards; `""` when it stays where it is."""
        if self.subcommand not in ("switch", "checkout") or self.paths:
            return ""
        forced = self.values("--force-create", "--orphan", "-B")
        return self.creates or next(iter((*forced, *self.positionals[:1])), "")

    @property
    def changes_tree(self) -> bool:
        """Whether it may change the working tree, the index or the commits."""
        return self.subcommand not in git_options.READ_ONLY


def read(argv: Sequence[str], cwd: str) -> GitCall:
    """Take the arguments of git (without the word `git`) apart; never raises."""
    folder, strange, rest = _global_options(list(argv), cwd)
    if not rest or rest[0] in _PRINTS_ONLY:
        return GitCall("", {}, tuple(rest[1:]), (), folder, strange)
    if not git_options.known(rest[0]):
        return GitCall(rest[0], {}, tuple(rest[1:]), (), folder, strange)
    words = _Words(rest[0], rest[1:])
    words.read()
    frozen = {name: tuple(values) for name, values in words.options.items()}
    return GitCall(
        rest[0],
        frozen,
        tuple(words.positionals),
        tuple(words.paths or ()),
        folder,
        (*strange, *words.strange),
        words.paths is not None,
    )


def _global_options(words: list[str], cwd: str) -> tuple[str, tuple[str, ...], list[str]]:
    folder, strange = cwd, []
    while words and words[0].startswith("-") and words[0] not in _PRINTS_ONLY:
        word = words.pop(0)
        if word == "-C" and words:
            folder = os.path.normpath(os.path.join(folder, words.pop(0)))
        elif word == "-c" and words:
            setting = words.pop(0)
            plain = setting.casefold()
            if plain != "core.pager=cat" and not plain.startswith(_HARMLESS_SETTINGS):
                strange.append(f"-c {setting}")
        elif word in ("--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source"):
            strange.append(" ".join([word, *words[:1]]))
            words = words[1:]
        elif word not in _GLOBAL_SWITCHES:
            strange.append(word)
    return folder, tuple(strange), words


class _Words:
    """The words behind a subcommand, sorted into options, positionals and paths."""

    def __init__(self, subcommand: str, words: list[str]) -> None:
        self.table = git_options.table(subcommand)
        self.waiting = words
        self.options: dict[str, list[str]] = {}
        self.positionals: list[str] = []
        self.paths: list[str] | None = None
        self.strange: list[str] = []

    def read(self) -> None:
        while self.waiting:
            word = self.waiting.pop(0)
            if word == "--":
                self.paths, self.waiting = self.waiting, []
            elif not word.startswith("-") or word == "-":
                self.positionals.append(word)
            elif word.startswith("--"):
                self._long(word)
            else:
                self._short(word)

    def _long(self, word: str) -> None:
        given, equals, value = word.partition("=")
        option = self.table.get(given) or self._abbreviated(given)
        if option is None or (equals and option.kind == git_options.SWITCH):
            self.strange.append(word)
        elif equals:
            self._add(option.name, value)
        elif option.kind == git_options.VALUE:
            self._take(option.name, word)
        else:
            self._add(option.name, "")

    def _abbreviated(self, given: str) -> git_options.Option | None:
        """The option git may take `given` for. A short form is strange in any case: git knows
        more options than the table, so it may mean another one.
        """
        self.strange.append(given)
        found = {option for name, option in self.table.items() if name.startswith(given)}
        return found.pop() if len(found) == 1 else None

    def _short(self, word: str) -> None:
        """`-am message`: switches until the first letter that takes a value."""
        if word[1:].isdigit() and "-<n>" in self.table:
            self._add("-<n>", word[1:])
            return
        for index in range(1, len(word)):
            option, rest = self.table.get(f"-{word[index]}"), word[index + 1 :]
            if option is None:
                self.strange.append(word)
                return
            if option.kind == git_options.SWITCH:
                self._add(option.name, "")
            elif rest or option.kind == git_options.OPTIONAL:
                self._add(option.name, rest)
                return
            else:
                self._take(option.name, word)
                return

    def _take(self, name: str, word: str) -> None:
        if self.waiting:
            self._add(name, self.waiting.pop(0))
        else:
            self.strange.append(word)

    def _add(self, name: str, value: str) -> None:
        self.options.setdefault(name, []).append(value)
