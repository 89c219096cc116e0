"""The effects that most programs have: the program itself, the files it reads, those it writes."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_guard.effects import Effect, ReadPath, RunProgram, Unknown, WritePath
from pipeline_guard.paths import is_no_file, opened
from pipeline_guard.programs.unsure import Unsure

_NAME_THEM = "Name the files, or `find . -name '*.py' -exec cat {} +`."


def program(argv: Sequence[str], cwd: str, reads_only: bool) -> RunProgram:
    """The program, with the written form of each word that is not known."""
    return RunProgram(tuple(str(word) for word in argv), cwd, reads_only)


def reads(operands: Sequence[str], cwd: str, recursive: bool = False) -> list[Effect]:
    """The files read; `-` and the standard streams are none."""
    found: list[Effect] = []
    for path in operands:
        if isinstance(path, Unsure):
            why = "the file it reads is not known before it runs"
            found.append(Unknown(path[:120], why, _NAME_THEM))
        elif path != "-" and not is_no_file(path, cwd):
            found.append(ReadPath(opened(path, cwd), recursive))
    return found


def writes(path: str, tool: str, cwd: str) -> list[Effect]:
    """The file written, if it is one."""
    if isinstance(path, Unsure):
        return [Unknown(path[:120], "the file it writes is not known before it runs")]
    return [] if is_no_file(path, cwd) else [WritePath(opened(path, cwd), tool)]
