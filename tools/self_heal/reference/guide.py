"""The reference as a page for the model that follows the skill: `references/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_guard import bauplan_cli
from pipeline_guard.bauplan_cli import reference
from pipeline_guard.bauplan_cli.advice import spell
from pipeline_guard.bauplan_cli.reference import Command, Option, Positional, Reference, Value

COMMANDS = (
    "version",
    "info",
    "job ls",
    "job get",
    "job logs",
    "commit",
    "branch ls",
    "branch get",
    "branch diff",
    "branch create",
    "checkout",
    "tag ls",
    "namespace ls",
    "table ls",
    "table get",
    "query",
    "run",
)
MISTAKES = (
    ("query", "SELECT 1", "--format", "json"),
    ("query", "SELECT 1", "-o", "json"),
    ("table", "get", "nyc.flights", "--branch", "<pinned_ref>"),
    ("job", "get", "--id", "<job_id>"),
    ("checkout", "--branch", "<debug_branch>"),
    ("commit", "--ref", "<branch>", "--limit", "10"),
    ("run", "--ref", "<debug_branch>", "--strict", "on"),
    ("run", "--ref", "<debug_branch>", "--transaction", "on", "--cache", "off"),
    ("query", "SELECT 1", "--limit", "20"),
)
_HEAD = """\
# bauplan {version} on the command line

Made by `self-heal reference build --guide FILE` from the program itself: these are all the flags
there are. `*` may be given more than once, `(…)` is the default. Other commands:
`self-heal reference show`.

Every command also takes {common}; never use `--profile`.
"""


def text(known: Reference) -> str:
    """The whole page for one version, and how the known versions differ."""
    return "\n".join(
        [
            _HEAD.format(version=known.version, common=common(known)),
            "## The commands of the workflow\n",
            *(f"- {line(known, known.command(tuple(name.split())))}" for name in COMMANDS),
            "\n## Wrong, and right\n",
            *_mistakes(known),
            "\n## What differs between versions\n",
            *_differences([reference.load(each) for each in reference.known_versions()]),
            "",
        ]
    )


def common(known: Reference) -> str:
    """The options that every command takes."""
    return ", ".join(flag(option) for option in known.command(()).options)


def line(known: Reference, command: Command) -> str:
    """One command in one line: its words, then its own flags, then what excludes what."""
    name = " ".join(["bauplan", *command.path])
    words = "".join(f" `{place(positional)}`" for positional in command.positionals)
    flags = [flag(option) for option in known.own(command)]
    flags += [f"either {one} or {other}" for one, other in command.conflicts]
    return f"`{name}`{words}{': ' if flags else ''}{', '.join(flags)}"


def place(positional: Positional) -> str:
    """A positional as the help writes it, its choices in place of its name."""
    name = "|".join(positional.value.choices) or positional.name
    return f"<{name}>" if positional.required else f"[{name}]"


def flag(option: Option) -> str:
    """An option with all its visible spellings, what it takes, and its default."""
    names = "/".join(option.spellings)
    value = f" {_takes(option.value)}" if option.value is not None else ""
    many = "*" if option.repeatable else ""
    must = " (required)" if option.required else ""
    default = f" ({option.default})" if option.default else ""
    return f"`{names}{value}`{many}{must}{default}"


def _takes(value: Value) -> str:
    if value.kind == "choice":
        return "|".join(value.choices)
    if value.kind == "pair":
        return "<key=value>"
    if value.kind == "integer" and value.max < 1000:
        return f"<{value.min}-{value.max}>"
    return f"<{value.name.lower()}>"


def _mistakes(known: Reference) -> Iterator[str]:
    """What the installed version refuses, beside what is right in it."""
    for argv in MISTAKES:
        problems = bauplan_cli.read(argv, known).problems
        if problems:
            yield f"- ❌ `{spell(argv)}` is `{problems[-1].instead}`"


def _differences(versions: list[Reference]) -> Iterator[str]:
    """A table with one row for each flag that is not the same in all versions."""
    yield "| flag | " + " | ".join(known.version for known in versions) + " |"
    yield "|" + " --- |" * (len(versions) + 1)
    for name in COMMANDS:
        path = tuple(name.split())
        per_version = [{o.name: o for o in known.own(known.command(path))} for known in versions]
        for option in sorted({option for options in per_version for option in options}):
            cells = _cells([options.get(option) for options in per_version])
            if len(set(cells)) > 1:
                yield f"| `{name} --{option}` | " + " | ".join(cells) + " |"


def _cells(options: list[Option | None]) -> list[str]:
    """What each version takes; of lists of values only what is not in all of them."""
    lists = [set(o.value.choices) for o in options if o is not None and o.value is not None]
    shared = set.intersection(*lists) if len(lists) == len(options) else set()
    return [_cell(option, shared) for option in options]


def _cell(option: Option | None, shared: set[str]) -> str:
    if option is None:
        return "no such flag"
    if option.value is None:
        return "a switch"
    if not shared:
        default = f" ({option.default})" if option.default else ""
        return _takes(option.value).replace("|", ", ") + default
    more = [choice for choice in option.value.choices if choice not in shared]
    return f"also {', '.join(more)}" if more else "no more"
