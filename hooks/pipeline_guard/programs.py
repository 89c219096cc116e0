"""An argv -> what the program does: its reads, its writes, or that it is not known to be a read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from pipeline_guard import options, writers
from pipeline_guard.effects import (
    Effect,
    MakeFolder,
    ReadPath,
    ReadVariable,
    RunBauplan,
    RunGit,
    RunProgram,
    RunSelfHeal,
    Unknown,
    WritePath,
)
from pipeline_guard.paths import is_no_file, opened
from pipeline_guard.program_table import (
    ALWAYS_RECURSIVE,
    JQ,
    PATTERN_OPTIONS,
    RECURSIVE_BY_OPTION,
    RECURSIVE_OPTIONS,
    RUFF_CHECK,
    RUFF_FORMAT,
    SED,
    TABLE,
    TY_CHECK,
)
from pipeline_guard.shell_state import Unsure

_SYSTEM_FOLDERS = (
    "/bin",
    "/usr/bin",
    "/usr/local/bin",
    "/sbin",
    "/usr/sbin",
    "/opt/homebrew/bin",
)
_SED_LINES = re.compile(r"\d{1,9}(,(\d{1,9}|\$))?p(;\d{1,9}(,(\d{1,9}|\$))?p)*|\$p")
# `.env` is a field and `"env"` a key; jq's own env and $ENV are the environment.
_JQ_OUTSIDE = re.compile(
    r"(?<![.\w$\"'])env\b|\$ENV\b|\$__prog|\b(include|import|input_filename)\b"
)
_OWN = frozenset(("bauplan", "git", "self-heal"))
_TEST_FILES = frozenset("-a -b -c -d -e -f -g -h -k -L -O -G -N -p -r -s -S -u -w -x".split())


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
    return name in TABLE or name in _SPECIAL or name in _OWN or name in writers.KNOWN


@cache
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
    special = _SPECIAL.get(name)
    return special(argv, cwd) if special else writers.effects(name, argv, cwd)


def _own(name: str, argv: tuple[str, ...], cwd: str, certain: bool, fed: bool) -> list[Effect]:
    """The three programs that rules know; a part of the command that is not known is denied."""
    found: list[Effect] = [
        Unknown(word[:120], f"{name} gets an argument that is not known before it runs")
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
        return [_program(argv, cwd, True)]
    call = options.read(argv[1:], notation)
    is_read = not call.refused and not call.written
    found: list[Effect] = [_program(argv, cwd, is_read)]
    operands = list(call.operands)
    if kind == "pattern" and not PATTERN_OPTIONS & set(call.seen):
        operands = operands[1:]
    if kind == "new-folders":
        return _new_folders(argv, call, cwd)
    if kind == "format" and any(not word.startswith("+") for word in operands):
        return [_program(argv, cwd, False)]
    if kind == "in-out" and len(operands) > 1:
        found[0] = _program(argv, cwd, False)
        found += _writes(operands.pop(), name, cwd)
    for path in call.written:
        found += _writes(path, name, cwd)
    if kind not in ("words", "format"):
        recursive = name in ALWAYS_RECURSIVE or (
            name in RECURSIVE_BY_OPTION and bool(RECURSIVE_OPTIONS & set(call.seen))
        )
        if not operands and (kind == "folders" or recursive):
            operands = ["."]
        found += _reads((*call.read, *operands), cwd, recursive)
    return found


def _program(argv: Sequence[str], cwd: str, reads_only: bool) -> RunProgram:
    return RunProgram(tuple(str(word) for word in argv), cwd, reads_only)


def _reads(operands: Sequence[str], cwd: str, recursive: bool = False) -> list[Effect]:
    found: list[Effect] = []
    for path in operands:
        if isinstance(path, Unsure):
            found.append(Unknown(path[:120], "the file it reads is not known before it runs"))
        elif path != "-" and not is_no_file(path, cwd):
            found.append(ReadPath(opened(path, cwd), recursive))
    return found


def _writes(path: str, tool: str, cwd: str) -> list[Effect]:
    if isinstance(path, Unsure):
        return [Unknown(path[:120], "the file it writes is not known before it runs")]
    return [] if is_no_file(path, cwd) else [WritePath(opened(path, cwd), tool)]


def _new_folders(argv: Sequence[str], call: options.Read, cwd: str) -> list[Effect]:
    if call.refused or any(isinstance(path, Unsure) for path in call.operands):
        return [Unknown(" ".join(argv)[:120], "mkdir is followed only as: mkdir -p <folder> …")]
    return [MakeFolder(opened(path, cwd)) for path in call.operands]


def _printf(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`printf` prints, unless `-v` makes it assign."""
    first = argv[1] if len(argv) > 1 else ""
    assigns = first.startswith("-") and first != "--"
    unsure = isinstance(first, Unsure) and (first.many or first[:1] in ("$", "`"))
    return [_program(argv, cwd, not assigns and not unsure)]


def _sed(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`sed -n 'A,Bp' files` prints lines; every other script may write or run."""
    call = options.read(argv[1:], SED)
    script = call.operands[0] if call.operands else ""
    quiet = {"-n", "--quiet", "--silent"} & set(call.seen)
    if call.refused or not quiet or isinstance(script, Unsure) or not _SED_LINES.fullmatch(script):
        return writers.effects("sed", argv, cwd)
    return [_program(argv, cwd, True), *_reads(call.operands[1:], cwd)]


def _jq(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`jq filter files`; a filter may print the environment or load other files."""
    plain: list[str] = []
    rest = list(argv[1:])
    found: list[Effect] = []
    while rest:
        word = rest.pop(0)
        if word in ("--arg", "--argjson") and len(rest) > 1:
            del rest[:2]
        elif word in ("--slurpfile", "--rawfile") and len(rest) > 1:
            found += _reads(rest[1:2], cwd)
            del rest[:2]
        elif word in ("--args", "--jsonargs"):
            rest = rest[:1]
        else:
            plain.append(word)
    call = options.read(plain, JQ)
    text = call.operands[0] if call.operands else "."
    known = not call.refused and not isinstance(text, Unsure)
    if _JQ_OUTSIDE.search(text):
        found.append(ReadVariable("*"))
    return [_program(argv, cwd, known), *found, *_reads(call.operands[1:], cwd)]


def _ruff(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`ruff check` and `ruff format --check`, without fixes."""
    command = argv[1] if len(argv) > 1 else ""
    call = options.read(argv[2:], RUFF_FORMAT if command == "format" else RUFF_CHECK)
    checks = {"--check", "--diff"} & set(call.seen)
    is_read = command == "check" or (command == "format" and bool(checks))
    if command in ("--version", "version", "rule", "linter"):
        return [_program(argv, cwd, True)]
    known = is_read and not call.refused
    return [_program(argv, cwd, known), *_reads(call.operands or (".",), cwd)]


def _ty(argv: Sequence[str], cwd: str) -> list[Effect]:
    call = options.read(argv[2:], TY_CHECK)
    known = list(argv[1:2]) == ["check"] and not call.refused
    return [_program(argv, cwd, known), *_reads(call.operands or (".",), cwd)]


def _test(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`test` and `[`: comparisons, and whether files exist."""
    words = list(argv[1:-1] if argv[0] == "[" else argv[1:])
    refused = any(isinstance(word, Unsure) and word.many for word in words)
    refused = refused or any(word in ("-v", "-R") for word in words)
    found: list[Effect] = [_program(argv, cwd, not refused)]
    for operator, operand in pairwise(words):
        if operator in _TEST_FILES and not isinstance(operand, Unsure):
            found += _reads([operand], cwd)
    return found


def _printenv(argv: Sequence[str], cwd: str) -> list[Effect]:
    names = [str(word) for word in argv[1:] if not word.startswith("-")]
    return [_program(argv, cwd, True), *(ReadVariable(name) for name in names or ["*"])]


_SPECIAL: dict[str, Callable[[Sequence[str], str], list[Effect]]] = {
    "printf": _printf,
    "sed": _sed,
    "jq": _jq,
    "ruff": _ruff,
    "ty": _ty,
    "test": _test,
    "[": _test,
    "printenv": _printenv,
}
