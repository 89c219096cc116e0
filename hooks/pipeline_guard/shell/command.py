"""A simple command: assignments, words and redirections -> effects, in one world."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline_guard.effects import SetVariable, Unknown
from pipeline_guard.programs.unsure import Unsure
from pipeline_guard.shell import redirects as shell_redirects
from pipeline_guard.shell import run as shell_run
from pipeline_guard.shell import words
from pipeline_guard.shell.builtins import BUILTINS
from pipeline_guard.shell.redirects import Streams, Tail
from pipeline_guard.shell.state import Flow, Node, Place, Shell, World
from pipeline_guard.shell.tree import children, holes
from pipeline_guard.shell.variables import is_special, value_of
from pipeline_guard.shell.visit import unless_redirected_badly

_ASSIGNMENT = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*(\+?=)")
_ARRAY = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*=\(")
_LOOKS_ASSIGNED = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*(\[[^\]]*\])?\+?=")
_RESERVED = frozenset(
    "if then elif else fi for while until do done case esac in select function { } ! [[ ]] "
    "coproc".split()
)
WORDS = frozenset(
    (
        "command_name",
        "word",
        "string",
        "raw_string",
        "ansi_c_string",
        "translated_string",
        "concatenation",
        "number",
        "simple_expansion",
        "expansion",
        "command_substitution",
        "process_substitution",
        "arithmetic_expansion",
        "brace_expression",
        "variable_name",
        "regex",
        "extglob_pattern",
    )
)
_DECLARATIONS = frozenset(
    ("export", "declare", "typeset", "local", "readonly", "unset", "unsetenv")
)


def visit(shell: Shell, node: Node, world: World, place: Place, tail: Tail) -> Flow:
    """The effects of one command in one world, and the worlds after it."""
    shell.log.step()
    parts = [*children(shell, node), *tail.arguments]
    before = [part for part in parts if part.type in shell_redirects.REDIRECTS]
    own, rest = shell_redirects.split(shell, before)
    if rest is not None or own.arguments:
        raise shell.beyond(node, "a here-document should come after the command")
    streams = shell_redirects.apply(shell, Tail((*own.redirects, *tail.redirects)), world, place)
    here = place.behind(streams.fed, streams.shown)
    assigned, argv = _read(shell, node, parts, world, here)
    _note_files(shell, streams, world, assigned, argv)
    if argv:
        _note_prefix(shell, node, assigned, argv[0])
        flow = shell_run.run(shell, node, argv, world, here)
    else:
        flow = _assign(shell, world, assigned)
    return unless_redirected_badly(shell, flow, (world,), own)


def _note_prefix(
    shell: Shell, node: Node, assigned: Sequence[tuple[str, str]], program: str
) -> None:
    """`a=1 b`: set for one program; a function or builtin would see it as its own variable."""
    if program == "read" and [name for name, _ in assigned] == ["IFS"]:
        return
    if assigned and (program in shell.functions or program in BUILTINS):
        raise shell.beyond(node, "an assignment before a function or builtin is not followed")
    for name, value in assigned:
        shell.log.add(SetVariable(name, value_of(value), True))


def _note_files(
    shell: Shell,
    streams: Streams,
    world: World,
    assigned: Sequence[tuple[str, str]],
    argv: Sequence[str],
) -> None:
    if streams.written:
        text = streams.text if list(argv) == ["cat"] and not assigned else None
        tool = argv[0] if argv else "bash"
        shell_redirects.note_writes(shell, streams, world, tool, text)


def _read(
    shell: Shell, node: Node, parts: Sequence[Node], world: World, place: Place
) -> tuple[list[tuple[str, str]], list[str]]:
    """The assignments before the command, and its words."""
    assigned: list[tuple[str, str]] = []
    argv: list[str] = []
    for part in parts:
        kind = part.type
        if kind in shell_redirects.REDIRECTS:
            continue
        if kind == "variable_assignment":
            name, value = assignment(shell, part, world, place)
            if argv:
                argv.append(_glued(name, value))
            else:
                assigned.append((name, value))
        elif kind in WORDS:
            if not argv:
                _check_name(shell, part)
            argv.extend(words.arguments(shell, part, world, place))
        elif kind in _DECLARATIONS and not part.is_named:
            argv.append(kind)
        else:
            raise shell.beyond(node, f"the guard does not follow {kind.replace('_', ' ')} here")
    return assigned, argv


def _glued(name: str, value: str) -> str:
    glued = f"{name}={value}"
    return Unsure(glued) if isinstance(value, Unsure) else glued


def _check_name(shell: Shell, node: Node) -> None:
    source = shell.source[node.start_byte : node.end_byte]
    if _LOOKS_ASSIGNED.match(source):
        raise shell.beyond(node, "bash reads it as an assignment")
    if source.decode("utf-8", "replace") in _RESERVED:
        raise shell.beyond(node, "it is a word of the shell's own grammar")
    if any(hole.type == "command_substitution" for hole in holes(node)):
        raise shell.beyond(node, "the program it runs comes out of another one")


def assignment(shell: Shell, node: Node, world: World, place: Place) -> tuple[str, str]:
    """The name and value of `name=value`; `Unsure` where the value is not known."""
    found = _ASSIGNMENT.match(shell.source, node.start_byte, node.end_byte)
    if found is None or any(child.type in ("array", "subscript") for child in node.children):
        raise shell.beyond(node, "arrays and their elements are not followed")
    name = found.group()[: -len(found.group(1))].decode()
    value = words.assigned(shell, found.end(), node.end_byte, node, world, place)
    if found.group(1) == b"+=":
        earlier = world.variables.get(name)
        known = earlier is not None and not isinstance(value, Unsure)
        value = f"{earlier}{value}" if known else Unsure(shell.text(node))
    return name, value


def is_array(shell: Shell, node: Node) -> bool:
    """Whether a statement is one plain `name=(…)`."""
    found = _ARRAY.match(shell.source, node.start_byte, node.end_byte)
    return found is not None and node.type == "variable_assignment"


def assign_array(shell: Shell, node: Node, world: World, place: Place) -> World:
    """The world in which a name stands for the words of `name=(…)`."""
    name, array = shell.text(node).partition("=")[0], children(shell, node)[-1]
    if place.posix or is_special(name) or array.type != "array":
        raise shell.beyond(node, "this array is not followed")
    items: list[str] = []
    for part in children(shell, array, lines=True)[1:-1]:
        if part.type not in WORDS or shell.text(part).startswith("["):
            raise shell.beyond(part, "only words are followed in an array")
        items += words.arguments(shell, part, world, place)
    shell.log.add(SetVariable(name, None, exported=False))
    known = not any(isinstance(item, Unsure) for item in items)
    return world.with_array(name, tuple(items) if known else None)


def assign(shell: Shell, nodes: Sequence[Node], world: World, place: Place) -> Flow:
    """Assignments without a command."""
    return _assign(shell, world, [assignment(shell, node, world, place) for node in nodes])


def _assign(shell: Shell, world: World, assigned: Sequence[tuple[str, str]]) -> Flow:
    for name, value in assigned:
        if is_special(name):
            shell.log.add(SetVariable(name, value_of(value), True))
            shell.log.add(
                Unknown(f"{name}={value}", f"{name} changes how the shell or programs work")
            )
        else:
            shell.log.add(SetVariable(name, value_of(value), False))
        world = world.with_variable(name, value_of(value))
    return Flow((world,), (world,))
