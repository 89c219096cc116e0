"""Says what is wrong with a `bauplan` command line, and puts it right.

Loaded only where the parser found a fault. The line is corrected one fault at a time until the
parser takes it, so that the answer is a command that runs. What the agent must fill in stands in
it as `<NAME>`.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from pipeline_guard import bauplan_cli, bauplan_repair
from pipeline_guard.bauplan_cli import Fault, Parse, Problem
from pipeline_guard.reference import Command

_MOST = 8


def problems(parse: Parse, fault: Fault) -> tuple[Problem, ...]:
    """All problems of a line whose first fault this is, each with the whole line put right."""
    reference = parse.reference
    found: list[tuple[str, str]] = []
    line: list[str] | None = parse.argv
    current: Fault | None = fault
    while current is not None and line is not None and len(found) < _MOST:
        found.append((current.part, _why(parse, current)))
        line = bauplan_repair.repair(parse, current)
        if line is not None:
            parse = Parse(line, reference)
            current = parse.run()
            if current is not None and _is_blank(current.part):
                current = None  # the agent fills it in
    instead = _spell(line) if line is not None and current is None else _help(parse.command)
    return tuple(Problem(saw, why, instead) for saw, why in found)


def _is_blank(word: str) -> bool:
    return word.startswith("<") and word.endswith(">")


def _spell(line: Sequence[str]) -> str:
    return " ".join(
        ["bauplan", *(word if "<" in word and _fits(word) else shlex.quote(word) for word in line)]
    )


def _fits(word: str) -> bool:
    """Whether a word is a blank, or ends in one: `--ref=<REF>`."""
    head, mark, blank = word.partition("<")
    return bool(mark) and blank.endswith(">") and " " not in head and blank.count(">") == 1


def _help(command: Command) -> str:
    return " ".join(["bauplan", *command.path, "--help"])


def _why(parse: Parse, fault: Fault) -> str:
    """One clause that a model can act on."""
    command, option = parse.command, fault.option
    name = " ".join(["bauplan", *command.path])
    flag = " or ".join(option.spellings) if option else fault.part
    version = parse.reference.version
    if fault.kind == bauplan_cli.NO_COMMAND:
        return f"`{name}` needs one of {', '.join(sorted(set(command.subcommands.values())))}"
    if fault.kind == bauplan_cli.UNKNOWN_COMMAND:
        return f"`{name}` {version} has no command {fault.part!r}; it has " + ", ".join(
            sorted(set(command.subcommands.values()))
        )
    if fault.kind == bauplan_cli.UNKNOWN_FLAG:
        return _unknown_flag(parse, fault, name)
    if fault.kind == bauplan_cli.NO_VALUE:
        return f"{flag} needs a value"
    if fault.kind == bauplan_cli.BAD_VALUE:
        place = flag if option else f"this word of `{name}`"
        return f"{fault.part!r} is no value for {place}: {fault.why}"
    if fault.kind == bauplan_cli.UNNEEDED_VALUE:
        return f"{flag} is a switch and takes no value"
    if fault.kind == bauplan_cli.REPEATED:
        return f"{flag} may be given only once"
    if fault.kind == bauplan_cli.TOO_MANY:
        return f"`{name}` takes {_positionals(command)}, and {fault.part!r} is one word too many"
    if fault.kind == bauplan_cli.CONFLICT:
        return f"{fault.part} and {fault.why} exclude each other in `{name}`"
    return f"`{name}` needs {flag if option else f'<{fault.part}>'}"


def _positionals(command: Command) -> str:
    names = [f"<{p.name}>" if p.required else f"[{p.name}]" for p in command.positionals]
    return " ".join(names) if names else "no words without a flag"


def _unknown_flag(parse: Parse, fault: Fault, name: str) -> str:
    near = bauplan_repair.nearest_flag(parse.command, fault.part)
    said = f"`{name}` {parse.reference.version} has no flag {fault.part}"
    return f"{said}; the nearest is {' or '.join(near.spellings)}" if near else said
