"""Programs that start others in their own way: shells, xargs, find, uv, Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pipeline_guard.effects import Effect, ReadPath, RunProgram, Unknown
from pipeline_guard.paths import opened
from pipeline_guard.programs import argv as programs
from pipeline_guard.programs import find as find_program
from pipeline_guard.programs.peeled import Peeled, options, skip, unknown
from pipeline_guard.programs.unsure import Fed, Unsure

_NOT_IN_SH = re.compile(
    r"(?<!\$)\{|\$'|\$\"|[<>]\(|&>|>&\w*[^\d\s-]|<<<|\[\[|\|&|;&|\bfunction\b|\(\(|~[+-]"
)
_XARGS = options(
    "-0 -r -t -x --null --no-run-if-empty --verbose --exit",
    "-n -P -L -s -d -I -E",
    "-n -P -L -s -d -I -E --max-args= --max-procs= --max-lines= --delimiter= --replace=",
)
_UV_RUN = options(
    "--no-sync -q --quiet -v --verbose --offline --frozen --locked --no-progress --active"
)
_SHELLS = frozenset(("bash", "sh", "dash", "zsh", "ksh", "ash"))
_SHELL_FLAGS = re.compile(r"-[elux]*c[elux]*")


def _xargs(argv: Sequence[str], cwd: str) -> Peeled:
    """`xargs b`: b with further arguments that only its input knows."""
    del cwd
    skipped = skip(argv[1:], _XARGS)
    if skipped is None:
        return unknown(argv, "this use of xargs is not followed")
    seen, rest = skipped
    inner = rest or ["echo"]
    placeholder = _placeholder(seen)
    if placeholder:
        inner = [_placed(word, placeholder) for word in inner]
    else:
        inner = [*inner, Fed("(what xargs reads)", many=True)]
    if isinstance(inner[0], Unsure):
        return unknown(argv, "the program it runs is not known")
    return Peeled((inner,), certain=False, feeds=True)


def _placed(word: str, placeholder: str) -> str:
    if word == placeholder:
        return Fed(word)
    return Unsure(word) if placeholder in word else word


def _placeholder(seen: Sequence[str]) -> str:
    for index, option in enumerate(seen):
        if option == "-I":
            return seen[index + 1]
        if option.startswith("-I"):
            return option[2:]
        if option.startswith("--replace="):
            return option[10:]
    return ""


def _uv(argv: Sequence[str], cwd: str) -> Peeled:
    """`uv run --no-sync b` is b in the project's environment; anything else may install."""
    del cwd
    if list(argv[1:2]) != ["run"]:
        return unknown(argv, "uv may install or change packages", "Use the installed programs.")
    skipped = skip(argv[2:], _UV_RUN)
    if skipped is None or "--no-sync" not in skipped[0] or not skipped[1]:
        rest = skipped[1] if skipped else [word for word in argv[2:] if not word.startswith("-")]
        return unknown(argv, "uv run may install packages", "uv run --no-sync " + " ".join(rest))
    if isinstance(skipped[1][0], Unsure):
        return unknown(argv, "the program it runs is not known")
    return Peeled((skipped[1],))


def _uvx(argv: Sequence[str], cwd: str) -> Peeled:
    del cwd
    return unknown(argv, "uvx downloads and runs a package", " ".join(argv[1:]) or "bauplan --help")


def _python(argv: Sequence[str], cwd: str) -> Peeled | None:
    """`python -m bauplan` does not exist; any other Python is a program like others."""
    del cwd
    if "-m" in argv and list(argv[argv.index("-m") + 1 :][:1]) == ["bauplan"]:
        right = " ".join(["bauplan", *argv[argv.index("-m") + 2 :]])
        return unknown(argv, "bauplan is not a Python module to run", right)
    return None


def _shell(argv: Sequence[str], cwd: str) -> Peeled | None:
    """`bash -c text`: the text is read as a command line of its own."""
    rest = list(argv[1:])
    has_text = False
    while rest and rest[0].startswith("-") and not isinstance(rest[0], Unsure):
        option = rest.pop(0)
        if option in ("-o", "+o") and rest and rest[0] in ("pipefail", "errexit", "nounset"):
            rest.pop(0)
        elif _SHELL_FLAGS.fullmatch(option):
            has_text = True
        elif option == "--":
            break
        elif not re.fullmatch(r"-[elux]+", option):
            return None
    if not has_text or not rest:
        return None
    text = rest[0]
    name = programs.name_of(argv[0], cwd)
    if isinstance(text, Unsure):
        return unknown(argv, "the text it runs is not known", "Run the command itself.")
    if name not in ("bash", "zsh") and _NOT_IN_SH.search(text):
        return unknown(argv, f"{name} reads a part of it differently from bash", "bash -c …")
    return Peeled(scripts=(text,), posix=name not in ("bash", "zsh"))


def _find(argv: Sequence[str], cwd: str) -> Peeled | None:
    """`find … -exec b {} ;` runs b on anything below its roots."""
    found = find_program.read(argv)
    if found is None:
        return None
    own: list[Effect] = [RunProgram(tuple(argv), cwd, reads_only=not found.refused)]
    own += [ReadPath(opened(root, cwd)) for root in found.roots]
    own += find_program.writes(found, cwd)
    if found.refused:
        own.append(Unknown(found.refused, "this part of find is not one the guard knows"))
    return Peeled(found.commands, tuple(own), certain=False, recursive=True, narrow=found.narrow)


LAUNCHERS: dict[str, Callable[[Sequence[str], str], Peeled | None]] = {
    "xargs": _xargs,
    "uv": _uv,
    "uvx": _uvx,
    "find": _find,
    **dict.fromkeys(("python", "python3", "python3.11", "python3.12", "python3.13"), _python),
    **dict.fromkeys(_SHELLS, _shell),
}
