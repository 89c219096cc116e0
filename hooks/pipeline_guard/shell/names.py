"""Names of files on their way through a pipe: `find . -name '*.py' | grep -v test | xargs cat`.

What `xargs` takes from such a pipe lies below the folders that `find` looked through, so what it
runs reads there, as with `find -exec`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline_guard.effects import Effect, ReadVariable, RunProgram
from pipeline_guard.programs import find
from pipeline_guard.programs.peeled import Peeled
from pipeline_guard.programs.unsure import Fed
from pipeline_guard.shell.state import Names

_MORE = re.compile(r"[;&|<>`\n]|\$\(")
# What lets whole lines through or not, and changes none. grep -o, head -c and cut do not.
_OPTIONS = {
    "grep": re.compile(r"-[vEFiPwxe]+"),
    "sort": re.compile(r"-[urV]+"),
    "head": re.compile(r"-n?\d*"),
    "tail": re.compile(r"-n?[+\d]*"),
    "uniq": re.compile(r"-u"),
    "cat": re.compile(r"-u"),
}


def printed(text: str, effects: Sequence[Effect], fed: Names | None) -> Names | None:
    """The names that a member of a pipe prints, by its effects; None where it prints anything."""
    if not _is_plain(text):
        return None
    programs = [effect for effect in effects if isinstance(effect, RunProgram)]
    if len(programs) != 1 or not programs[0].reads_only or programs[0].argv[0] == "xargs":
        return None
    argv = programs[0].argv
    if argv[0] == "find":
        found = find.read(argv)
        return Names(found.roots, found.narrow) if found and found.prints else None
    alone = all(isinstance(effect, RunProgram | ReadVariable) for effect in effects)
    return fed if alone and _keeps_lines(argv) else None


def _is_plain(text: str) -> bool:
    """Whether it is one command whose output is its own, nothing but errors taken away."""
    return _MORE.search(text.removesuffix("2>/dev/null")) is None


def _keeps_lines(argv: Sequence[str]) -> bool:
    options = _OPTIONS.get(argv[0])
    given = [word for word in argv[1:] if word.startswith("-")]
    return options is not None and all(options.fullmatch(word) for word in given)


def filled(peeled: Peeled, names: Names) -> Peeled:
    """What `xargs` runs, with each folder in the place of the names; twice for many of them."""
    commands = [_with(words, root) for words in peeled.commands for root in names.roots]
    return peeled._replace(commands=tuple(commands), recursive=True, narrow=names.narrow)


def _with(words: Sequence[str], root: str) -> list[str]:
    filled_in: list[str] = []
    for word in words:
        if isinstance(word, Fed):
            filled_in += [root, root] if word.many else [root]
        else:
            filled_in.append(word)
    return filled_in
