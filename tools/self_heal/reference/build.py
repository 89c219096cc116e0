"""Builds the reference of one installed `bauplan` program."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any, NamedTuple

from self_heal.errors import BadInput
from self_heal.reference import helptext, hidden, values
from self_heal.reference.helptext import OptionHelp, Page
from self_heal.reference.program import Program

Json = dict[str, Any]

_WORKERS = 4
_SAMPLES = {"string": "word", "path": "word", "integer": "1", "pair": "k=v", "url": "s3://b/k"}


class Node(NamedTuple):
    """One command of the tree; `listed` is False for one that no help page shows."""

    path: tuple[str, ...]
    page: Page
    aliases: tuple[str, ...]
    hidden_aliases: tuple[str, ...]
    listed: bool


def build(path: str) -> Json:
    """The reference of the program at `path`, as a document of `schemas/cli.schema.json`.

    Runs the program some thousand times (about ten seconds). Fails with `BadInput` where its
    parser does something that the reference cannot express.
    """
    with Program(path) as program, ThreadPoolExecutor(_WORKERS) as pool:
        if hidden.abbreviates(program):
            raise BadInput(f"{path} takes abbreviations, which the reference cannot express.")
        nodes = list(_walk(program, (), (), (), True))
        common = _common(program, nodes)
        described = pool.map(lambda node: _command(program, node, common), nodes)
        commands = dict(zip((" ".join(node.path) for node in nodes), described, strict=True))
        return {
            "version": program.version(),
            "options": common,
            "commands": commands,
        }


def _walk(
    program: Program,
    path: tuple[str, ...],
    aliases: tuple[str, ...],
    hidden_aliases: tuple[str, ...],
    listed: bool,
) -> Iterator[Node]:
    """This command and all below it, parents first."""
    page = helptext.read(program.run([*path, "--help"]).out)
    yield Node(path, page, aliases, hidden_aliases, listed)
    if not page.subcommands:
        return
    unlisted = hidden.commands(program, path, list(page.subcommands))
    for name in [*page.subcommands, *(name for name in unlisted if name not in page.subcommands)]:
        visible = page.subcommands.get(name, ())
        also = tuple(alias for alias in unlisted.get(name, ()) if alias not in visible)
        yield from _walk(program, (*path, name), visible, also, name in page.subcommands)


def _common(program: Program, nodes: list[Node]) -> Json:
    """The options that every command takes, `--help` and `--version` among them."""
    page = nodes[0].page
    return _options(program, (), page, [*page.options, *page.common], set())


def _command(program: Program, node: Node, common: Json) -> Json:
    known = {spelling for option in common.values() for spelling in _spellings(option)}
    own = [option for option in node.page.options if f"--{option.long}" not in known]
    root = not node.path
    options = {} if root else _options(program, node.path, node.page, own, known)
    positionals = _positionals(program, node)
    command: Json = {"summary": node.page.summary}
    if node.aliases:
        command["aliases"] = list(node.aliases)
    if node.hidden_aliases:
        command["hidden_aliases"] = list(node.hidden_aliases)
    if not node.listed:
        command["hidden"] = True
    if node.page.subcommands:
        return command | {"group": True}
    conflicts = _conflicts(program, node.path, options, positionals)
    parts = {"options": options, "positionals": positionals, "conflicts": conflicts}
    return command | {name: part for name, part in parts.items() if part}


def _spellings(option: Json) -> list[str]:
    return [*option["spellings"], *option.get("hidden_spellings", [])]


def _options(
    program: Program,
    path: tuple[str, ...],
    page: Page,
    listed: list[OptionHelp],
    known: set[str],
) -> Json:
    """Name -> option, with the spellings that the help does not list."""
    options = {item.long or item.short: _option(program, path, page, item) for item in listed}
    own = {spelling for option in options.values() for spelling in option["spellings"]}
    for flag in hidden.flags(program, path, known | own):
        if flag.owner not in options:
            said = OptionHelp("", flag.owner, "VALUE" if flag.takes_value else "", (), (), "", "")
            options[flag.owner] = _option(program, path, page, said) | {"hidden": True}
        else:
            options[flag.owner].setdefault("hidden_spellings", []).append(flag.spelling)
    return options


def _option(program: Program, path: tuple[str, ...], page: Page, said: OptionHelp) -> Json:
    spellings = [f"--{said.long}"] * bool(said.long) + [f"-{said.short}"] * bool(said.short)
    first = spellings[0]
    option: Json = {"spellings": [*spellings, *said.aliases], "action": _action(said)}
    if said.value:
        takes = values.taker(program, path, lambda value: [f"{first}={value}"])
        option["value"] = _value(takes, said.value, said.choices, f"{' '.join(path)} {first}")
        if said.default:
            option["default"] = said.default
        dashed = "-1" if option["value"]["kind"] == "integer" else "--zz"
        if program.accepts([*path, first, dashed, "--help"]):
            option["value"]["dashed"] = True
        if page.requires(said):
            option["required"] = True
    if option["action"] in ("switch", "value"):
        word = _words(option)
        if program.accepts([*path, *word, *word, "--help"]):
            option["repeatable"] = True
    return option | {"summary": said.summary}


def _action(said: OptionHelp) -> str:
    if said.value:
        return "value"
    return said.long if said.long in ("help", "version") else "switch"


def _positionals(program: Program, node: Node) -> list[Json]:
    """Each in its order, asked for with samples of those before it."""
    described: list[Json] = []
    before = list(node.path)
    for said in node.page.positionals:
        takes = values.taker(program, before, lambda value: [value])
        value = _value(takes, said.name, said.choices, " ".join(node.path))
        described.append({"name": said.name, "value": value, "summary": said.summary})
        if said.required:
            described[-1]["required"] = True
        if said.repeatable:
            described[-1]["repeatable"] = True
        before = [*before, _sample(value)]
    return described


def _value(takes: values.Takes, name: str, choices: tuple[str, ...], where: str) -> Json:
    value = values.describe(takes, choices, hidden.WORDS)
    if value["kind"] == "unknown":
        raise BadInput(f"the reference cannot express what {where} takes as <{name}>.")
    return {"name": name} | value


def _sample(value: Json) -> str:
    return value["choices"][0] if value["kind"] == "choice" else _SAMPLES[value["kind"]]


def _conflicts(
    program: Program, path: tuple[str, ...], options: Json, positionals: list[Json]
) -> list[list[str]]:
    """Pairs of names, of options or positionals, that exclude each other."""
    words = {name: _words(option) for name, option in options.items()}
    words |= {item["name"]: [_sample(item["value"])] for item in positionals}
    always = [item["name"] for item in positionals if item.get("required")]
    always += [name for name, option in options.items() if option.get("required")]
    optional = [name for name in words if name not in always]

    def takes(*names: str) -> bool:
        return program.accepts([*path, *(word for name in names for word in words[name])])

    for name in optional:
        if not takes(*always, name):
            raise BadInput(f"the reference cannot express when {' '.join(path)} takes {name}.")
    if takes(*always, *optional):
        return []
    pairs = combinations(optional, 2)
    return [[one, other] for one, other in pairs if not takes(*always, one, other)]


def _words(option: Json) -> list[str]:
    first: str = option["spellings"][0]
    return [f"{first}={_sample(option['value'])}"] if "value" in option else [first]
