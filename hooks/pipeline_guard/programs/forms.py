"""Programs whose form matters: sed, jq, tee, ruff, ty, test, printf, printenv."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from pipeline_guard.effects import Effect, ReadVariable
from pipeline_guard.programs import options, writers
from pipeline_guard.programs.reads import program, reads, writes
from pipeline_guard.programs.table import JQ, SED, TEE, TY_CHECK
from pipeline_guard.programs.unsure import Unsure

_SED_LINES = re.compile(r"\d{1,9}(,(\d{1,9}|\$))?p(;\d{1,9}(,(\d{1,9}|\$))?p)*|\$p")
# `.env` is a field, `"env"` and `env:` are keys; jq's own env and $ENV are the environment.
_JQ_OUTSIDE = re.compile(
    r"(?<![.\w$\"'])env\b(?!\s*:)|(?<![.\w\"'])ENV\b|\b(include|import|modulemeta)\b"
)
# An element of an array in arithmetic runs what stands in its brackets; zsh's printf and test, and
# `return` and `exit`, take any number for arithmetic.
RUNS_INSIDE = re.compile(r"\[[^\]]*(?:\$\(|`|<\(|=\()")
_TEST_FILES = frozenset("-a -b -c -d -e -f -g -h -k -L -O -G -N -p -r -s -S -u -w -x".split())


def _printf(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`printf` prints, unless `-v` makes it assign."""
    first = argv[1] if len(argv) > 1 else ""
    assigns = first.startswith("-") and first != "--"
    unsure = isinstance(first, Unsure) and first.may_be_option
    runs = any(RUNS_INSIDE.search(word) for word in argv[2:] if not isinstance(word, Unsure))
    return [program(argv, cwd, not (assigns or unsure or runs))]


def _sed(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`sed -n 'A,Bp' files` prints lines; every other script may write or run."""
    call = options.read(argv[1:], SED)
    script = call.operands[0] if call.operands else ""
    quiet = {"-n", "--quiet", "--silent"} & set(call.seen)
    if call.refused or not quiet or isinstance(script, Unsure) or not _SED_LINES.fullmatch(script):
        return writers.effects("sed", argv, cwd)
    return [program(argv, cwd, True), *reads(call.operands[1:], cwd)]


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
            found += reads(rest[1:2], cwd)
            del rest[:2]
        elif word not in ("--args", "--jsonargs"):  # files may stand before, options behind it
            plain.append(word)
    call = options.read(plain, JQ)
    text = call.operands[0] if call.operands else "."
    known = not call.refused and not isinstance(text, Unsure)
    if _JQ_OUTSIDE.search(text):
        found.append(ReadVariable("*"))
    return [program(argv, cwd, known), *found, *reads(call.operands[1:], cwd)]


def _ruff(argv: Sequence[str], cwd: str) -> list[Effect]:
    from pipeline_guard.programs import ruff  # it reads configurations

    return ruff.effects(argv, cwd)


def _ty(argv: Sequence[str], cwd: str) -> list[Effect]:
    call = options.read(argv[2:], TY_CHECK)
    known = list(argv[1:2]) == ["check"] and not call.refused
    return [program(argv, cwd, known), *reads(call.operands or (".",), cwd)]


def _test(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`test` and `[`: comparisons, and whether files exist."""
    words = list(argv[1:-1] if argv[0] == "[" else argv[1:])
    refused = any(isinstance(word, Unsure) and word.many for word in words)
    refused = refused or any(word in ("-v", "-R") for word in words)
    known = [word for word in words if not isinstance(word, Unsure)]
    refused = refused or any(RUNS_INSIDE.search(word) for word in known)
    if len(known) < len(words):  # one of them may be -v, which runs a[$(…)]
        refused = refused or any("$(" in word or "`" in word for word in known)
    found: list[Effect] = [program(argv, cwd, not refused)]
    for operator, operand in pairwise(words):
        if operator in _TEST_FILES and not isinstance(operand, Unsure):
            found += reads([operand], cwd)
    return found


def _tee(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`tee` writes its operands, as a redirection would, and does nothing else."""
    call = options.read(argv[1:], TEE)
    found: list[Effect] = [program(argv, cwd, not call.refused)]
    return found + [effect for path in call.operands for effect in writes(path, "tee", cwd)]


def _printenv(argv: Sequence[str], cwd: str) -> list[Effect]:
    names = [str(word) for word in argv[1:] if not word.startswith("-")]
    return [program(argv, cwd, True), *(ReadVariable(name) for name in names or ["*"])]


FORMS: dict[str, Callable[[Sequence[str], str], list[Effect]]] = {
    "printf": _printf,
    "sed": _sed,
    "jq": _jq,
    "ruff": _ruff,
    "tee": _tee,
    "ty": _ty,
    "test": _test,
    "[": _test,
    "printenv": _printenv,
}
