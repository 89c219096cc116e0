"""What agents get wrong about `bauplan`, and what its versions spell differently.

Each function answers with the words that say the same in the installed version, or None where it
does not apply.
"""

from __future__ import annotations

from typing import NamedTuple

from pipeline_guard.bauplan_cli.reference import Command

PINNED = "<pinned ref>"

_LETTERS = {"t": "transaction"}  # of 0.1
_ON = frozenset(("on", "true", "yes", "1"))
_OFF = frozenset(("off", "false", "no", "0"))
_OUTPUT = frozenset(("format", "o", "out", "output-format", "fmt"))
_NEW_BRANCH = frozenset(("branch", "create", "new", "c", "B"))

# What is meant -> the flags that say it, the first that the command has.
_SAME = {
    "branch": ("ref", "into-branch"),
    "ref": ("branch", "from-ref", "source-ref"),
    "at": ("ref",),
    "commit": ("ref",),
    "from": ("from-ref", "source-ref"),
    "from-branch": ("from-ref", "source-ref"),
    "base": ("from-ref",),
    "source": ("source-ref", "search-uri"),
    "to": ("into-branch", "created-before"),
    "into": ("into-branch", "branch"),
    "limit": ("max-rows", "max-count"),
    "rows": ("max-rows",),
    "max-rows": ("max-count", "limit"),
    "max-count": ("limit", "max-rows"),
    "count": ("max-count", "limit"),
    "project": ("project-dir",),
    "path": ("project-dir",),
    "dir": ("project-dir",),
    "directory": ("project-dir",),
    "schema": ("namespace",),
    "database": ("namespace",),
    "parameter": ("param",),
    "parameters": ("param",),
    "since": ("created-after",),
    "after": ("created-after",),
    "until": ("created-before",),
    "before": ("created-before",),
    "author": ("author-username", "user"),
    "background": ("detach",),
    "timeout": ("client-timeout",),
    "all": ("all-rows", "all-users", "all-zones"),
    "force": ("if-exists", "replace"),
}
# Flags for what this program does anyway, or cannot do.
_NOTHING = frozenset(("follow", "yes", "y", "color", "no-color", "quiet", "wait", "pretty"))
# Flags that cut the output short where a program has none of its own: that is what a pipe is for.
_CUTS = frozenset(("tail", "head", "lines", "last", "n", "limit", "count", "max-count"))
# The same for a word that is told by its place.
_PLACE = {"query": "SQL", "q": "SQL", "job": "JOB_ID", "table": "TABLE_NAME"}
# A word that has no place -> the flag that takes it.
FLAGGED = {("table", "ls"): "--namespace", ("run",): "--project-dir"}
COMMANDS = {
    "show": ("get", "ls"),
    "describe": ("get",),
    "info": ("get",),
    "status": ("get",),
    "inspect": ("get",),
    "schema": ("get",),
    "log": ("logs", "commit"),
    "tail": ("logs",),
    "history": ("commit",),
    "switch": ("checkout",),
    "use": ("checkout",),
    "new": ("create",),
    "add": ("create",),
    "remove": ("rm",),
    "drop": ("rm",),
    "cancel": ("stop",),
    "kill": ("stop",),
    "sql": ("query",),
    "select": ("query",),
    "execute": ("run",),
    "rerun": ("run",),
    "whoami": ("info",),
}
VALUES = {
    "failed": "fail",
    "failure": "fail",
    "error": "fail",
    "success": "complete",
    "succeeded": "complete",
    "completed": "complete",
    "done": "complete",
    "cancelled": "abort",
    "canceled": "abort",
    "aborted": "abort",
    "pending": "not-started",
    "table": "tty",
    "text": "tty",
    "plain": "tty",
    "jsonl": "json",
    "csv": "json",
    "yaml": "json",
    "markdown": "tty",
    "md": "tty",
}


class Given(NamedTuple):
    """A flag on a command line: its name without dashes, and the word that may be its value."""

    command: Command
    name: str
    value: str | None
    line: list[str]


class Instead(NamedTuple):
    """The words that are right, and whether the flag's value is used up by them."""

    words: list[str]
    uses_value: bool


def flag(given: Given) -> Instead | None:
    """The right words for a flag the command does not have."""
    for known in (_output, _checkout, toggle, _place, _same, _nothing, _cut):
        instead = known(given)
        if instead is not None:
            return instead
    return None


def _output(given: Given) -> Instead | None:
    """`--format json`, `-o json` and `--json` are `--output json`."""
    if given.name == "json":
        return Instead(["--output", "json"], False)
    if given.name not in _OUTPUT:
        return None
    form = given.value or "json"
    return Instead(["--output", VALUES.get(form, form)], True)


def _checkout(given: Given) -> Instead | None:
    """`checkout --branch B` makes a branch: that is `-b B`, from a ref that is pinned."""
    if given.command.path != ("checkout",) or given.name not in _NEW_BRANCH:
        return None
    has_ref = any(word.partition("=")[0] == "--from-ref" for word in given.line)
    words = ["-b", *([given.value] if given.value is not None else [])]
    return Instead(words + ([] if has_ref else ["--from-ref", PINNED]), True)


def toggle(given: Given) -> Instead | None:
    """strict, cache and transaction: `--x on|off`, `--x` or `--no-x`, as the version has it."""
    stem = _LETTERS.get(given.name, given.name.removeprefix("no-"))
    takes, denies = given.command.flags.get(f"--{stem}"), given.command.flags.get(f"--no-{stem}")
    if takes is None and denies is None:
        return None
    stated = given.value is not None and given.value.lower() in _ON | _OFF
    on = (given.value is None or given.value.lower() not in _OFF) != given.name.startswith("no-")
    if takes is not None:
        with_value = [f"--{stem}", "on" if on else "off"]
        words = with_value if takes.value else [f"--{stem}"] * on
    else:
        words = [f"--no-{stem}"] * (not on)
    return Instead(words, stated)


def is_toggle_value(word: str) -> bool:
    """Whether a word is an on or off that older versions took after a flag."""
    return word.lower() in _ON | _OFF


def _place(given: Given) -> Instead | None:
    """A flag for what is told by its place: `job get --id X`, `commit --ref R`."""
    said = set(given.name.lower().replace("_", "-").split("-"))
    for positional in given.command.positionals:
        parts = set(positional.name.lower().split("_"))
        if given.value is not None and (_PLACE.get(given.name) == positional.name or said <= parts):
            return Instead([given.value], True)
    return None


def _same(given: Given) -> Instead | None:
    """The flag by which this command says what the name means."""
    others = (given.command.flags.get(f"--{other}") for other in _SAME.get(given.name, ()))
    option = next((other for other in others if other is not None), None)
    if option is None:
        return None
    if option.value is None:
        return Instead([option.spellings[0]], False)
    value = given.value if given.value is not None else f"<{option.value.name}>"
    return Instead([option.spellings[0], value], True)


def _nothing(given: Given) -> Instead | None:
    return Instead([], False) if given.name in _NOTHING else None


def _cut(given: Given) -> Instead | None:
    if given.name not in _CUTS:
        return None
    return Instead([], given.value is not None and given.value.isdecimal())
