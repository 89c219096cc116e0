"""Finds what `--help` leaves out, by trying a fixed list of verbs, flags and values.

The parser's own answer says what an accepted word stands for: the help of an alias is the
help of its command, and an error about a flag's value names the flag by its canonical name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from self_heal.reference.program import Program

_VERBS = (
    "cancel clear commits copy create del delete describe destroy drop execute get history"
    " import inspect jobs kill list log login ls make merge mv new open remove rename reset"
    " restore revert rm select set show sql status stop switch update use view"
)
_FLAGS = (
    "--all --api-endpoint --api-key --branch --cache --config --create --delete --dry --file"
    " --follow --force --format --from --id --into --json --limit --name --no-cache"
    " --no-strict --no-transaction --output --parameter --path --pretty --project --query"
    " --ref --sql --strict --table --to --transaction --user --yes -b -f -l -o -q -t -y"
)
_WORDS = (
    "abort active_branch api_endpoint api_key complete csv default error failed full head"
    " json markdown off on pretty raw running success tail text true yaml"
)
VERBS, FLAGS, WORDS = (tuple(words.split()) for words in (_VERBS, _FLAGS, _WORDS))
_NAMED = re.compile(r"(?:for|argument) '(?:(?P<short>-\w)|--(?P<long>[\w-]+))(?: |')")


class Flag(NamedTuple):
    """A flag that the help does not list; `owner` is the option it belongs to."""

    spelling: str
    owner: str
    takes_value: bool


def commands(
    program: Program, path: Sequence[str], known: Sequence[str], verbs: Sequence[str] = VERBS
) -> dict[str, list[str]]:
    """Subcommand -> its hidden aliases, and for a hidden command itself an empty list."""
    pages = {name: program.run([*path, name, "--help"]).out for name in known}
    found: dict[str, list[str]] = {}
    for verb in verbs:
        if verb in known:
            continue
        answer = program.run([*path, verb, "--help"])
        if not answer.rejected:
            owner = next((name for name in known if pages[name] == answer.out), verb)
            found.setdefault(owner, [])
            if owner != verb:
                found[owner].append(verb)
    return found


def flags(program: Program, path: Sequence[str], known: set[str]) -> list[Flag]:
    """Flags the command takes although its help does not list them."""
    tried = (_flag(program, path, spelling) for spelling in FLAGS if spelling not in known)
    return [flag for flag in tried if flag is not None]


def _flag(program: Program, path: Sequence[str], spelling: str) -> Flag | None:
    alone = program.run([*path, spelling, "--help"])
    if alone.rejected and "unexpected argument" in alone.error:
        return None
    takes_value = alone.rejected
    if not takes_value:  # a switch: twice is an error that names it
        alone = program.run([*path, spelling, spelling, "--help"])
    named = _NAMED.search(alone.error)
    own = spelling.lstrip("-")
    owner = (named["long"] or named["short"].lstrip("-")) if named else own
    return Flag(spelling, owner, takes_value)


def abbreviates(program: Program) -> bool:
    """Whether an unambiguous beginning of a subcommand or flag is taken for the whole."""
    return program.accepts(["bra", "--help"]) or program.accepts(["info", "--verb", "--help"])
