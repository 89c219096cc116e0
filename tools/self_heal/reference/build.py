"""Builds the reference of one installed `bauplan` program."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any, NamedTuple

from self_heal.errors import BadInput
from self_heal.reference import helptext, hidden, likeness, values
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


def build(path: str, like: Json | None = None) -> Json:
    """The reference of the program at `path`, as a document of `schemas/cli.schema.json`.

    Runs the program some thousand times (about ten seconds). With `like`, the document of another
    version, what the help says in the same words is taken from there (about one second). Fails
    with `BadInput` where the parser does something that the reference cannot express.
    """
    with Program(path) as program, ThreadPoolExecutor(_WORKERS) as pool:
        version = program.version()
        if hidden.abbreviates(program):
            raise BadInput(f"{path} takes abbreviations, which the reference cannot express.")
        verbs = likeness.hidden_verbs(like) if like else hidden.VERBS
        nodes = list(_walk(program, Node((), _page(program, ()), (), (), True), verbs))
        common = _common(program, nodes[0].page, like)
        described = pool.map(lambda node: _command(program, node, common, like), nodes)
        commands = dict(zip((" ".join(node.path) for node in nodes), described, strict=True))
        return {"version": version, "options": common, "commands": commands}


def _page(program: Program, path: tuple[str, ...]) -> Page:
    return helptext.read(program.run([*path, "--help"]).out)


def _walk(program: Program, node: Node, verbs: tuple[str, ...]) -> Iterator[Node]:
    """This command and all below it, parents first."""
    yield node
    listed = node.page.subcommands
    unlisted = hidden.commands(program, node.path, list(listed), verbs) if listed else {}
    for name in dict.fromkeys([*listed, *unlisted]):
        path, visible = (*node.path, name), listed.get(name, ())
        also = tuple(alias for alias in unlisted.get(name, ()) if alias not in visible)
        below = Node(path, _page(program, path), visible, also, name in listed)
        yield from _walk(program, below, verbs)


def _common(program: Program, page: Page, like: Json | None) -> Json:
    """The options that every command takes, `--help` and `--version` among them."""
    listed = [*page.options, *page.common]
    if like and likeness.same_options(like["options"], page, listed):
        known: Json = like["options"]
        return known
    return _options(program, (), page, listed, set())


def _command(program: Program, node: Node, common: Json, like: Json | None) -> Json:
    command: Json = {"summary": node.page.summary}
    if node.aliases:
        command["aliases"] = list(node.aliases)
    if node.hidden_aliases:
        command["hidden_aliases"] = list(node.hidden_aliases)
    if not node.listed:
        command["hidden"] = True
    if node.page.subcommands:
        return command | {"group": True}
    known = {spelling for option in common.values() for spelling in _spellings(option)}
    own = [option for option in node.page.options if f"--{option.long}" not in known]
    before = like["commands"].get(" ".join(node.path), {}) if like else {}
    parts = _known_parts(before, node.page, own) or _parts(program, node, own, known)
    return command | {name: part for name, part in parts.items() if part}


def _known_parts(before: Json, page: Page, own: list[OptionHelp]) -> Json:
    """What was measured of this command in another version, where the help is the same."""
    parts = {"options": before.get("options", {}), "positionals": before.get("positionals", [])}
    same = likeness.same_options(parts["options"], page, own)
    same = same and likeness.same_positionals(parts["positionals"], page)
    if not before or not same or likeness.has_hidden(before):
        return {}
    return parts | {"conflicts": before.get("conflicts", [])}


def _parts(program: Program, node: Node, own: list[OptionHelp], known: set[str]) -> Json:
    """What the parser itself says of this command."""
    options = _options(program, node.path, node.page, own, known)
    positionals = _positionals(program, node)
    conflicts = _conflicts(program, node.path, options, positionals)
    return {"options": options, "positionals": positionals, "conflicts": conflicts}


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
    first = said.spellings[0]
    option: Json = {"spellings": list(said.spellings), "action": _action(said)}
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
