"""Says what is wrong with a `bauplan` command line, and puts it right.

Loaded only where the parser found a fault. The line is corrected one fault at a time until the
parser takes it, so that the answer is a command that runs. What the agent must fill in stands in
it as `<NAME>`; where no correction is known the answer is the command's help.
"""

from __future__ import annotations

import shlex
import string
from collections.abc import Iterable, Sequence

from pipeline_guard import bauplan_cli
from pipeline_guard.bauplan_cli import Fault, Parse, Problem
from pipeline_guard.bauplan_cli import repair as bauplan_repair
from pipeline_guard.bauplan_cli.reference import Command

_MOST = 8
_PLAIN = frozenset(string.ascii_letters + string.digits + "_-=.")


def problems(parse: Parse, fault: Fault) -> tuple[Problem, ...]:
    """All problems of a line whose first fault this is, each with the whole line put right."""
    whole = spell(parse.argv)
    found: list[tuple[str, str]] = []
    current: Fault | None = fault
    while current is not None and not (found and _is_blank(current.part)):
        found.append((current.part if current.part in whole else whole, _why(parse, current)))
        line = bauplan_repair.repair(parse, current) if len(found) < _MOST else None
        if line is None:
            instead = " ".join(["bauplan", *parse.command.path, "--help"])
            return tuple(Problem(saw, why, instead) for saw, why in found)
        parse = Parse(line, parse.reference)
        current = parse.run()
    return tuple(Problem(saw, why, spell(parse.argv)) for saw, why in found)


def spell(argv: Sequence[str]) -> str:
    """The line as it is typed in a shell; blanks stay as they are."""
    return " ".join(["bauplan", *(word if _is_blank(word) else shlex.quote(word) for word in argv)])


def _is_blank(word: str) -> bool:
    """Whether a word is to be filled in, or ends in a part that is: `<REF>`, `--ref=<REF>`."""
    head, _, rest = word.partition("<")
    inner = rest.removesuffix(">")
    return inner != rest and set(head) <= _PLAIN and set(inner) <= _PLAIN | {" ", "|"}


def _why(parse: Parse, fault: Fault) -> str:
    """One clause that a model can act on."""
    command = parse.command
    flag = " or ".join(fault.option.spellings) if fault.option else f"<{fault.part}>"
    name = " ".join(["bauplan", *command.path])
    versioned = f"`{name}` {parse.reference.version}"
    said = {
        bauplan_cli.NO_COMMAND: f"`{name}` needs one of {_commands(command)}",
        bauplan_cli.UNKNOWN_COMMAND: (
            f"{versioned} has no command {fault.part!r}; it has {_commands(command)}"
        ),
        bauplan_cli.UNKNOWN_FLAG: f"{versioned} has no flag {fault.part}{_rather(parse, fault)}",
        bauplan_cli.NO_VALUE: f"{flag} needs a value",
        bauplan_cli.BAD_VALUE: (
            f"{fault.part!r} is no value for {flag if fault.option else name}: {fault.why}"
        ),
        bauplan_cli.UNNEEDED_VALUE: f"{flag} is a switch and takes no value",
        bauplan_cli.REPEATED: f"{flag} may be given only once",
        bauplan_cli.TOO_MANY: f"`{name}` takes {_places(command)}; {fault.part!r} is too many",
        bauplan_cli.MISSING: f"`{name}` needs {flag}",
        bauplan_cli.CONFLICT: f"{fault.part} and {fault.why} exclude each other in `{name}`",
    }
    return said[fault.kind]


def _commands(command: Command) -> str:
    return _listed(sorted(set(command.subcommands.values())))


def _places(command: Command) -> str:
    names = [f"<{p.name}>" if p.required else f"[{p.name}]" for p in command.positionals]
    return " ".join(names) or "no words without a flag"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _rather(parse: Parse, fault: Fault) -> str:
    """What to say in place of a flag the command does not have."""
    if fault.kind != bauplan_cli.UNKNOWN_FLAG:
        return ""
    instead = bauplan_repair.instead_of(parse, fault)
    if instead is None:
        return ""
    if not instead.words:
        return "; leave it out"
    first = instead.words[0]
    option = parse.command.flags.get(first)
    if option is None:
        return f"; {first} stands there without a flag"
    return f"; the nearest is {' or '.join(option.spellings)}"
