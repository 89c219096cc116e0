"""An argv -> what the program does: its reads, its writes, or that it is not known to be a read."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pipeline_guard import lean
from pipeline_guard.effects import (
    Effect,
    MakeFolder,
    RunBauplan,
    RunGit,
    RunSelfHeal,
    Unknown,
)
from pipeline_guard.paths import opened
from pipeline_guard.programs import narrowing, options, writers
from pipeline_guard.programs.forms import FORMS
from pipeline_guard.programs.reads import program, reads, writes
from pipeline_guard.programs.table import (
    ALWAYS_RECURSIVE,
    PATTERN_OPTIONS,
    RECURSIVE_BY_OPTION,
    TABLE,
)
from pipeline_guard.programs.unsure import Unsure

_SYSTEM_FOLDERS = (
    "/bin",
    "/usr/bin",
    "/usr/local/bin",
    "/sbin",
    "/usr/sbin",
    "/opt/homebrew/bin",
)
_OWN = frozenset(("bauplan", "git", "self-heal"))
_TYPE_IT = (
    "Run the inner command first, then type what it printed; "
    "for several values: `for t in a b; do echo $t; done`"
)


def name_of(word: str, cwd: str) -> str:
    """The name of the program a word runs, or the word where its place is not a trusted one.

    A path counts as the program of that name in the folders on PATH and in the `bin` of a virtual
    environment; anywhere else a file of that name is another program.
    """
    if "/" not in word:
        return word
    folder, name = os.path.split(os.path.join(cwd, word))
    real_folder = os.path.realpath(folder)
    is_environment = os.path.basename(real_folder) in ("bin", "Scripts") and os.path.exists(
        os.path.join(os.path.dirname(real_folder), "pyvenv.cfg")
    )
    return name if name and (is_environment or real_folder in _trusted()) else word


def is_known(name: str) -> bool:
    """Whether a function of this name would hide a program that the guard knows."""
    return name in TABLE or name in FORMS or name in _OWN or name in writers.KNOWN


@lean.cache
def _trusted() -> frozenset[str]:
    listed = os.environ.get("PATH", "").split(os.pathsep)
    return frozenset(
        os.path.realpath(folder) for folder in (*listed, *_SYSTEM_FOLDERS) if os.path.isabs(folder)
    )


def effects(argv: Sequence[str], cwd: str, certain: bool = True, fed: bool = False) -> list[Effect]:
    """What running this argv does; arguments may be `Unsure`. Wrappers are peeled off before."""
    name = name_of(argv[0], cwd)
    arguments = argv[1:]
    if name in _OWN:
        return _own(name, tuple(arguments), cwd, certain, fed)
    if name in TABLE:
        return _from_table(name, argv, cwd)
    special = FORMS.get(name)
    return special(argv, cwd) if special else writers.effects(name, argv, cwd)


def _own(name: str, argv: tuple[str, ...], cwd: str, certain: bool, fed: bool) -> list[Effect]:
    """The three programs that rules know; a part of the command that is not known is denied."""
    found: list[Effect] = [
        Unknown(word[:120], f"{name} gets an argument that is not known before it runs", _TYPE_IT)
        for word in argv
        if isinstance(word, Unsure)
    ]
    plain = tuple(str(word) for word in argv)
    if name == "bauplan":
        return [*found, RunBauplan(plain, cwd, certain, fed)]
    if name == "git":
        return [*found, RunGit(plain, cwd, certain)]
    return [*found, RunSelfHeal(plain, cwd, certain)]


def _from_table(name: str, argv: Sequence[str], cwd: str) -> list[Effect]:
    notation, kind = TABLE[name]
    if kind == "anything":
        return [program(argv, cwd, True)]
    call = options.read(argv[1:], notation)
    is_read = not call.refused and not call.written
    found: list[Effect] = [program(argv, cwd, is_read)]
    operands = list(call.operands)
    if kind == "pattern" and not PATTERN_OPTIONS & set(call.seen):
        operands = operands[1:]
    if kind == "new-folders":
        return _new_folders(argv, call, cwd)
    if kind == "format" and any(not word.startswith("+") for word in operands):
        return [program(argv, cwd, False)]
    if kind == "in-out" and len(operands) > 1:
        found[0] = program(argv, cwd, False)
        found += writes(operands.pop(), name, cwd)
    for path in call.written:
        found += writes(path, name, cwd)
    if kind not in ("words", "format"):
        descends = RECURSIVE_BY_OPTION.get(name, frozenset()) & set(call.seen)
        recursive = name in ALWAYS_RECURSIVE or bool(descends)
        if not operands and (kind == "folders" or recursive):
            operands = ["."]
        recursive = recursive and not narrowing.by_options(name, call.given)
        for path in (*call.read, *operands):
            found += reads((path,), cwd, recursive or (name == "diff" and _is_folder(path, cwd)))
    return found


def _is_folder(path: str, cwd: str) -> bool:
    """Of two folders, `diff` compares all files of the same name, with -N also those in one."""
    return not isinstance(path, Unsure) and os.path.isdir(os.path.join(cwd, path))


def _new_folders(argv: Sequence[str], call: options.Read, cwd: str) -> list[Effect]:
    if call.refused or any(isinstance(path, Unsure) for path in call.operands):
        return [Unknown(" ".join(argv)[:120], "mkdir is followed only as: mkdir -p <folder> …")]
    return [MakeFolder(opened(path, cwd)) for path in call.operands]
