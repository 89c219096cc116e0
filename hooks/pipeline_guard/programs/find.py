"""`find`: its roots, the tests that only look, and the actions that write, delete or run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline_guard.effects import DeletePath, Effect, WritePath
from pipeline_guard.paths import opened
from pipeline_guard.programs import narrowing
from pipeline_guard.programs.unsure import Unsure

_VALUED = frozenset(
    "-name -iname -path -ipath -wholename -iwholename -regex -iregex -type -size -mtime -atime "
    "-ctime -mmin -amin -cmin -newer -anewer -cnewer -newermt -newerct -newerat -maxdepth "
    "-mindepth -perm -user -group -uid -gid -links -inum -xtype -lname -ilname -samefile -fstype "
    "-used -regextype -printf".split()
)
_ALONE = frozenset(
    "-print -print0 -ls -prune -quit -empty -not -a -and -o -or ! ( ) , -depth -d -mount -xdev "
    "-follow -daystart -true -false -readable -writable -executable -nouser -nogroup -noleaf -warn "
    "-nowarn -ignore_readdir_race".split()
)
_WRITES = {"-fprint": 1, "-fprint0": 1, "-fls": 1, "-fprintf": 2}
_OTHER_OUTPUT = frozenset(("-printf", "-ls", "-delete", "-exec", "-execdir", "-ok", "-okdir"))
_RUNS = frozenset(("-exec", "-ok"))
_RUNS_THERE = frozenset(("-execdir", "-okdir"))


class Find(NamedTuple):
    """A `find` command taken apart; `refused` is the first part that is not known, or "".

    `narrow` says that its tests leave only names that no secret has; `prints` that it writes out
    nothing but the paths it found.
    """

    roots: tuple[str, ...]
    commands: tuple[Sequence[str], ...]
    written: tuple[str, ...]
    deletes: bool
    refused: str
    narrow: bool = False
    prints: bool = False


def read(argv: Sequence[str]) -> Find | None:
    """Take a `find` apart."""
    rest = list(argv[1:])
    while rest and rest[0] in ("-H", "-L", "-P"):
        rest.pop(0)
    roots: list[str] = []
    while rest and not (rest[0].startswith("-") or rest[0] in ("(", ")", "!", ",")):
        roots.append(rest.pop(0))
    if any(isinstance(root, Unsure) for root in roots):
        return Find((), (), (), False, " ".join(argv)[:120])
    found = _expression(rest.copy(), tuple(roots) or (".",))
    return found._replace(narrow=_is_narrow(rest), prints=not _OTHER_OUTPUT & set(rest))


def _is_narrow(words: Sequence[str]) -> bool:
    """Whether tests for harmless names stand before the only action, and nothing behind it."""
    runs = [place for place, word in enumerate(words) if word in _RUNS]
    start = runs[0] if runs else len(words)
    action = words[start:]
    alone = not action or (action[-1] in (";", "+") and ";" not in action[:-1])
    return alone and len(runs) <= 1 and narrowing.by_tests(words[:start], _VALUED)


def _expression(rest: list[str], roots: tuple[str, ...]) -> Find:
    commands: list[Sequence[str]] = []
    written: list[str] = []
    deletes, refused = False, ""
    while rest:
        word = rest.pop(0)
        if isinstance(word, Unsure):
            refused = refused or word
        elif word in _VALUED and rest:
            rest.pop(0)
        elif word in _WRITES and len(rest) >= _WRITES[word]:
            written.append(rest[0])
            del rest[: _WRITES[word]]
        elif word == "-delete":
            deletes = True
        elif word in _RUNS:
            commands.extend(_commands(word, rest, roots))
        elif word in _RUNS_THERE:
            refused = refused or word  # in each file's own folder, which is not known
            commands.extend(_commands(word, rest, roots))
        elif word not in _ALONE:
            refused = refused or word
    return Find(roots, tuple(commands), tuple(written), deletes, refused)


def _commands(action: str, rest: list[str], roots: tuple[str, ...]) -> list[Sequence[str]]:
    """The commands of one `-exec`, with each root in the place of `{}`."""
    words: list[str] = []
    while rest and (word := rest.pop(0)) != ";":
        if word == "+" and words[-1:] == ["{}"]:
            words.append("{}")  # it is given many at once
            break
        words.append(word)
    if not words:
        return [[Unsure(action)]]
    if action in _RUNS_THERE:
        return [[Unsure(word) if "{}" in word else word for word in words]]
    return [[_filled(word, root) for word in words] for root in roots]


def _filled(word: str, root: str) -> str:
    if word == "{}":
        return root
    return Unsure(word) if "{}" in word else word


def writes(found: Find, cwd: str) -> list[Effect]:
    """What its actions write and delete."""
    effects: list[Effect] = [WritePath(opened(path, cwd), "find") for path in found.written]
    if found.deletes:
        effects += [DeletePath(opened(root, cwd)) for root in found.roots]
    return effects
