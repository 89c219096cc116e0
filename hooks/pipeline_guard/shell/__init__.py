"""A bash command line -> its effects.

The tree-sitter grammar parses it; only the kinds of nodes that `shell_flow`
and `shell_branches` register are followed, everything else is an `Unknown` effect, which is denied.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from pipeline_guard.effects import Effect, ReadPath, ReadVariable, RunProgram, Unknown, WritePath
from pipeline_guard.shell import branches as _branches  # noqa: F401 - registers its handlers
from pipeline_guard.shell import flow as shell_flow
from pipeline_guard.shell import visit as shell_visit
from pipeline_guard.shell.state import MAX_BYTES, Beyond, Log, Place, Shell, World
from pipeline_guard.shell.tree import parse

# Control characters, and the blanks and marks of Unicode that look like nothing or like a space:
# the parser and bash disagree about them, and so does a reader.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u0600-\u0605\u061c\u06dd\u070f\u1680\u180e\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def effects_of_command(command: str, cwd: str, certain: bool = True) -> list[Effect]:
    """Everything the command line would do, run in `cwd`; what is not understood is `Unknown`.

    `certain` is False where the runtime does not report its exit code (a background call).
    """
    log = Log()
    try:
        _run(command, World(cwd), Place(certain=certain), log)
    except Beyond as beyond:
        log.add(beyond.effect)
    except RecursionError:
        log.add(Unknown(command[:120], "it is nested too deep"))
    except (OSError, ValueError) as error:
        log.add(Unknown(command[:120], f"a path in it cannot be resolved ({error})"))
    return _without_repeats([*log.effects, *_late_matches(log)])


def _late_matches(log: Log) -> Iterator[Unknown]:
    """A pattern may also match a file that the same command line writes."""
    for effect in log.effects if log.scans else ():
        if not isinstance(effect, WritePath) or os.path.lexists(effect.path):
            continue
        if any(scan.takes(effect.path) for scan in log.scans):
            why = "a pattern in the same command line may match it once it is written"
            yield Unknown(effect.path, why, "Put what reads by the pattern into the next call.")
            return


def _without_repeats(effects: list[Effect]) -> list[Effect]:
    """What means the same at any time is named once; runs and writes keep their order."""
    first = {effect: index for index, effect in reversed(list(enumerate(effects)))}
    return [
        effect
        for index, effect in enumerate(effects)
        if not _is_timeless(effect) or first[effect] == index
    ]


def _is_timeless(effect: Effect) -> bool:
    return isinstance(effect, ReadPath | ReadVariable | Unknown) or (
        isinstance(effect, RunProgram) and effect.reads_only
    )


def _run(command: str, world: World, place: Place, log: Log) -> None:
    odd = _UNPRINTABLE.search(command)
    if odd:
        raise Beyond(
            ascii(odd.group())[1:-1],
            "a character that is not printed can mean another thing to bash than to a reader",
            "Write the command with plain spaces and newlines.",
        )
    source = command.encode()
    if len(source) > MAX_BYTES:
        raise Beyond(command[:60] + "...", f"it is longer than {MAX_BYTES} bytes")
    shell = Shell(source, log, place)
    shell.run_inside = lambda node, inner, where: shell_flow.substitution(shell, node, inner, where)
    shell.run_body = lambda node, worlds, where: shell_visit.visit(shell, node, worlds, where)
    shell.run_script = lambda text, inner, where: _run(
        text, inner, where._replace(in_function=False), log
    )
    shell_visit.visit(shell, parse(source), (world,), place)
