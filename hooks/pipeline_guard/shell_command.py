"""A simple command: assignments, words and redirections -> effects, in one world."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline_guard import programs, shell_builtins, shell_redirects, words, wrappers
from pipeline_guard.effects import Effect, ReadPath, ReadVariable, RunProgram, SetVariable, Unknown
from pipeline_guard.shell_redirects import Streams, Tail
from pipeline_guard.shell_state import (
    MAX_DEPTH,
    Flow,
    Node,
    Place,
    Shell,
    Unsure,
    World,
    join,
)
from pipeline_guard.shell_tree import children
from pipeline_guard.shell_variables import is_special, value_of

_ASSIGNMENT = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*(\+?=)")
_LOOKS_ASSIGNED = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*(\[[^\]]*\])?\+?=")
_RESERVED = frozenset(
    "if then elif else fi for while until do done case esac in select function { } ! [[ ]] "
    "coproc".split()
)
_WORDS = frozenset(
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
    here = place._replace(fed=place.fed or streams.fed, certain=place.certain and streams.shown)
    assigned, argv = _read(shell, node, parts, world, here)
    _note_files(shell, streams, world, assigned, argv)
    if not argv:
        return _assign(shell, world, assigned)
    for name, value in assigned:
        if (name, argv[0]) != ("IFS", "read"):
            shell.log.add(SetVariable(name, value_of(value), True))
    return run(shell, node, argv, world, here)


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
        elif kind in _WORDS:
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


def run(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """Run an argv as the shell looks it up: a function, a builtin, a wrapper, a program."""
    name = argv[0]
    if isinstance(name, Unsure):
        raise shell.beyond(
            node, "the program it runs is not known", "Write the program's name out."
        )
    if name in shell.functions:
        return _call(shell, node, argv, world, place)
    if name in shell_builtins.BUILTINS:
        return shell_builtins.BUILTINS[name](shell, node, argv, world, place)
    peeled = wrappers.peel(argv, world.cwd)
    if peeled is None:
        for effect in programs.effects(argv, world.cwd, place.certain, place.fed):
            shell.log.add(effect)
        return Flow((world,), (world,))
    return _run_peeled(shell, node, peeled, world, place)


def _run_peeled(
    shell: Shell, node: Node, peeled: wrappers.Peeled, world: World, place: Place
) -> Flow:
    """What a wrapper does itself, then what it runs."""
    for effect in peeled.effects:
        shell.log.add(effect)
    here = place if peeled.certain else place.hidden()
    if peeled.feeds:
        here = here._replace(fed=True)
    flows = [Flow((world,), (world,))]
    for text in peeled.scripts:
        run_text(shell, node, text, world, here._replace(posix=peeled.posix))
    for inner in peeled.commands:
        mark = len(shell.log.effects)
        flow = _run_inner(shell, node, inner, world, here, peeled.in_shell)
        if peeled.recursive:
            _widen(shell.log.effects, mark)
        if peeled.in_shell:
            flows = [flow]
    return flows[-1]


def _run_inner(
    shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place, in_shell: bool
) -> Flow:
    if not in_shell or argv[0] in shell.functions:
        functions, shell.functions = shell.functions, {}
        try:
            return run(shell, node, argv, world, place)
        finally:
            shell.functions = functions
    return run(shell, node, argv, world, place)


def _widen(effects: list[Effect], mark: int) -> None:
    """The reads of a program that `find` runs are on anything below its roots."""
    for index in range(mark, len(effects)):
        effect = effects[index]
        if isinstance(effect, ReadPath):
            effects[index] = effect._replace(recursive=True)
        elif not isinstance(effect, ReadVariable | Unknown) and not (
            isinstance(effect, RunProgram) and effect.reads_only
        ):
            effects.append(Unknown("find -exec", "the files that it changes are not known"))


def run_text(shell: Shell, node: Node, text: str, world: World, place: Place) -> None:
    """A text that another shell runs: it sees neither variables nor functions of this one."""
    shell.log.depth += 1
    if shell.log.depth > MAX_DEPTH // 4:
        raise shell.beyond(node, "its shells are nested too deep")
    shell.run_script(text, World(world.cwd, {}, None), place)
    shell.log.depth -= 1


def _call(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """A function that this command line defined: its body, with the arguments it is given."""
    name, *arguments = argv
    if name in shell.calls or len(shell.calls) > MAX_DEPTH // 4:
        raise shell.beyond(node, "a function that calls itself is not followed")
    known = None if any(isinstance(a, Unsure) for a in arguments) else tuple(arguments)
    shell.calls.append(name)
    shell.escapes.append([])
    inside = place._replace(in_function=True)
    flow = shell.run_body(shell.functions[name], (world._replace(params=known),), inside)
    shell.calls.pop()
    left = shell.escapes.pop()
    back = [w._replace(params=world.params) for w in join(flow.both, left)]
    return Flow(join(back), join(back))


def output(shell: Shell, nodes: Sequence[Node], world: World, place: Place) -> str:
    """What `$(…)` gives where that is known: a here-document through cat, echo, pwd."""
    unknown = Unsure("$(…)", many=True)
    statements = [node for node in nodes if node.is_named]
    if len(statements) != 1:
        return unknown
    node, tail = statements[0], Tail()
    if node.type == "redirected_statement":
        parts = children(shell, node)
        tail, rest = shell_redirects.split(shell, parts[1:])
        node = parts[0]
        if rest is not None or len(tail.redirects) != 1 or tail.arguments:
            return unknown
    if node.type != "command":
        return unknown
    return _printed(shell, node, tail, world, place) or unknown


def _printed(shell: Shell, node: Node, tail: Tail, world: World, place: Place) -> str | None:
    parts = children(shell, node)
    if any(part.type not in _WORDS for part in parts):
        return None
    mark = len(shell.log.effects)
    argv = [word for part in parts for word in words.arguments(shell, part, world, place)]
    text = None
    if tail.redirects:
        streams = shell_redirects.apply(shell, tail, world, place)
        text = streams.text if argv == ["cat"] and tail.redirects[0].operator == "<<" else None
    elif argv == ["pwd"]:
        text = world.cwd
    elif argv[0] == "echo" and all(_is_plain(word) for word in argv[1:]):
        text = " ".join(argv[1:])
    del shell.log.effects[mark:]
    return None if text is None else text.rstrip("\n")


def _is_plain(word: str) -> bool:
    return not isinstance(word, Unsure) and not word.startswith("-") and "\\" not in word
