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
    "add apply cancel cat clear co commits config copy cp create create-branch del delete desc"
    " describe destroy diff download drop edit exec execute export fetch find get history import"
    " info inspect jobs kill list log login logout logs ls make merge mk move mv new open plan ps"
    " pull purge push put queries read remove rename rerun reset restore revert rm run save search"
    " select set show snapshot sql start stat status stop switch sync table tables tags tail unset"
    " update upgrade use validate view watch whoami"
)
_FLAGS = (
    "--active --all --all-namespaces --apply --args --async --author --background --body --branch"
    " --branch-name --cache --color --commit --commit-message --config --count --create --debug"
    " --delete --description --dir --dry --dry-run --email --endpoint --filter --follow --force"
    " --format --from --from-branch --from-ref --hash --head --id --into --job --job-id --json"
    " --kind --limit --max --max-count --max-rows --message --name --namespace --new --no-color"
    " --no-strict --output --param --parameter --parameters --params --path --plan --pretty"
    " --project --properties --property --query --quiet --raw --recursive --ref --regex --rows"
    " --run-on --search --since --source --sql --status --strict --table --tag --target --timeout"
    " --to --to-ref --trace --transaction --type --until --uri --user --username --wait --yes"
    " -a -b -c -d -f -i -j -k -l -m -n -o -p -q -r -s -t -u -w -x -y -z"
)
_WORDS = (
    "all api_endpoint api_key abort active_branch auto cancel canceled cancelled csv complete"
    " completed created csv default double done email error fail failed failure false finished"
    " float full head integer json jsonl long markdown medium no none number off on oneline pending"
    " plain pretty profile queued quiet raw run running short started string success succeeded"
    " table tail text true tsv tty user yaml yes"
)
VERBS, FLAGS, WORDS = (tuple(words.split()) for words in (_VERBS, _FLAGS, _WORDS))
_NAMED = re.compile(r"(?:for|argument) '(?:(?P<short>-\w)|--(?P<long>[\w-]+))(?: |')")


class Flag(NamedTuple):
    """A flag that the help does not list; `owner` is the option it belongs to."""

    spelling: str
    owner: str
    takes_value: bool


def commands(program: Program, path: Sequence[str], known: Sequence[str]) -> dict[str, list[str]]:
    """Subcommand -> its hidden aliases, and for a hidden command itself an empty list."""
    pages = {name: program.run([*path, name, "--help"]).out for name in known}
    found: dict[str, list[str]] = {}
    for verb in VERBS:
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
