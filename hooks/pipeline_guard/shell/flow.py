"""Plain statements: commands, lists, pipes, groups, functions, substitutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline_guard.effects import RunProgram
from pipeline_guard.programs.argv import is_known
from pipeline_guard.shell import command as shell_command
from pipeline_guard.shell import names as shell_names
from pipeline_guard.shell import output as shell_output
from pipeline_guard.shell import redirects as shell_redirects
from pipeline_guard.shell import tests as shell_tests
from pipeline_guard.shell.builtins import BUILTINS, HOOKS
from pipeline_guard.shell.redirects import REDIRECTS, Rest, Tail
from pipeline_guard.shell.state import Flow, Node, Place, Shell, World, Worlds, join
from pipeline_guard.shell.tree import children, written
from pipeline_guard.shell.visit import NO_TAIL, apply_tail, follows, sequence, visit


@follows("program")
def _program(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    del tail
    outside = shell.source[: node.start_byte] + shell.source[node.end_byte :]
    if outside.replace(b"\\\n", b"").strip(b" \t\n"):
        raise shell.beyond(node, "a part of the command line was not understood")
    parts = children(shell, node, lines=True)
    if node.children and not parts:  # comments alone do nothing, as `:` does
        shell.log.add(RunProgram((":",), worlds[0].cwd, reads_only=True))
    return sequence(shell, node, parts, worlds, place)


@follows("command", "declaration_command", "unset_command")
def _command(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    flows = [shell_command.visit(shell, node, world, place, tail) for world in worlds]
    return _merged(flows)


def _merged(flows: Sequence[Flow]) -> Flow:
    return Flow(join(*(flow.ok for flow in flows)), join(*(flow.fail for flow in flows)))


@follows("variable_assignment", "variable_assignments")
def _assignments(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`a=1` alone; the parser gives no command for it."""
    if tail.arguments:
        raise shell.beyond(node, "words after a lone assignment were not understood")
    nodes = [node] if node.type == "variable_assignment" else children(shell, node)
    flows = []
    for world in worlds:
        streams = shell_redirects.apply(shell, tail, world, place)
        shell_redirects.note_writes(shell, streams, world, "bash", None)
        if shell_command.is_array(shell, node):
            after = shell_command.assign_array(shell, node, world, place)
            flows.append(Flow((after,), (after,)))
        else:
            flows.append(shell_command.assign(shell, nodes, world, place))
    return _merged(flows)


@follows("redirected_statement")
def _redirected(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    parts = children(shell, node)
    own, rest = shell_redirects.split(shell, [part for part in parts if part.type in REDIRECTS])
    bodies = [part for part in parts if part.type not in REDIRECTS]
    both = Tail((*own.redirects, *tail.redirects), (*own.arguments, *tail.arguments))
    if rest is not None:
        return _with_rest(shell, node, bodies, worlds, place, both, rest)
    return _with_tail(shell, node, bodies, worlds, place, both)


def _with_tail(
    shell: Shell, node: Node, bodies: Sequence[Node], worlds: Worlds, place: Place, tail: Tail
) -> Flow:
    if len(bodies) == 1:
        return visit(shell, bodies[0], worlds, place, tail)
    if bodies or tail.arguments:
        raise shell.beyond(node, "a redirection without a command was not understood")
    for world in worlds:
        streams = shell_redirects.apply(shell, tail, world, place)
        shell_redirects.note_writes(shell, streams, world, "bash", None)
    return Flow(worlds, worlds)


def _with_rest(
    shell: Shell,
    node: Node,
    bodies: Sequence[Node],
    worlds: Worlds,
    place: Place,
    tail: Tail,
    rest: Rest,
) -> Flow:
    """`cat <<EOF | b` and `cat <<EOF && c`: what follows stands inside the here-document."""
    if rest.operator == "&&":
        first = _with_tail(shell, node, bodies, worlds, place, tail)
        second = visit(shell, rest.node, first.on_success, place)
        return Flow(second.ok, join(first.fail, second.fail))
    if rest.operator == "||":
        first = _with_tail(shell, node, bodies, worlds, place.hidden(), tail)
        second = visit(shell, rest.node, first.on_failure, place.hidden())
        return Flow(join(first.ok, second.ok), second.fail)
    if len(bodies) != 1:
        raise shell.beyond(node, "a here-document without a command was not understood")
    return _pipe(shell, bodies[0], tail, children(shell, rest.node), worlds, place, NO_TAIL)


@follows("list")
def _list(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`a && b`, `a || b`: the second runs only in the worlds that the first leaves for it."""

    def second(right: Node, entered: Worlds, where: Place) -> Flow:
        return visit(shell, right, entered, where, tail)

    return _listed(shell, node, worlds, place, second)


def _listed(
    shell: Shell,
    node: Node,
    worlds: Worlds,
    place: Place,
    second: Callable[[Node, Worlds, Place], Flow],
) -> Flow:
    parts = children(shell, node, lines=True)
    if len(parts) != 3 or parts[1].type not in ("&&", "||"):
        raise shell.beyond(node, "this list of commands was not understood")
    left, operator, right = parts
    if operator.type == "&&":
        first = visit(shell, left, worlds, place)
        after = second(right, first.on_success, place)
        return Flow(after.ok, join(first.fail, after.fail))
    first = visit(shell, left, worlds, place.hidden())
    after = second(right, first.on_failure, place.hidden())
    return Flow(join(first.ok, after.ok), after.fail)


@follows("pipeline")
def _pipeline(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    first, *rest = children(shell, node, lines=True)
    return _pipe(shell, first, NO_TAIL, rest, worlds, place, tail)


def _pipe(
    shell: Shell,
    first: Node,
    own: Tail,
    rest: Sequence[Node],
    worlds: Worlds,
    place: Place,
    tail: Tail,
) -> Flow:
    """A pipe whose first member is `first`, with the redirections `own`.

    In `a && b >f | c` the parser takes the whole list for that member; bash pipes only b.
    """
    if first.type == "redirected_statement":
        parts = children(shell, first)
        bodies = [part for part in parts if part.type not in REDIRECTS]
        if len(bodies) == 1 and bodies[0].type == "list":
            more, inner = shell_redirects.split(shell, [p for p in parts if p.type in REDIRECTS])
            if inner is not None or more.arguments or own != NO_TAIL:
                raise shell.beyond(first, "what is piped here was not understood")
            return _pipe(shell, bodies[0], more, rest, worlds, place, tail)
    if first.type != "list":
        return _pipe_members(shell, first, own, rest, worlds, place, tail)

    def second(right: Node, entered: Worlds, where: Place) -> Flow:
        return _pipe(shell, right, own, rest, entered, where, tail)

    return _listed(shell, first, worlds, place, second)


def _pipe_members(
    shell: Shell,
    first: Node,
    own: Tail,
    rest: Sequence[Node],
    worlds: Worlds,
    place: Place,
    tail: Tail,
) -> Flow:
    """Each member runs in a shell of its own, but zsh runs the last one in this shell."""
    members = [part for part in rest if part.type not in ("|", "|&")]
    mark = len(shell.log.effects)
    after = visit(shell, first, worlds, place.hidden(), own)
    names = shell_names.printed(shell.text(first), shell.log.effects[mark:], place.names)
    for member in members:
        is_last = member is members[-1]
        here = (place if is_last else place.hidden())._replace(fed=True, names=names)
        mark = len(shell.log.effects)
        after = visit(shell, member, worlds, here, tail if is_last else NO_TAIL)
        names = shell_names.printed(shell.text(member), shell.log.effects[mark:], names)
    both = join(worlds, after.both)
    return Flow(both, both)


@follows("negated_command")
def _negated(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    parts = children(shell, node)
    if len(parts) != 2:
        raise shell.beyond(node, "this negation was not understood")
    flow = visit(shell, parts[1], worlds, place.hidden(), tail)
    return Flow(flow.fail, flow.ok)


@follows("compound_statement", "subshell")
def _grouped(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`{ …; }` and `( … )`; a subshell's changes end with it."""
    opening, *inside, closing = children(shell, node, lines=True)
    if (opening.type, closing.type) not in (("{", "}"), ("(", ")")):
        raise shell.beyond(node, "arithmetic commands are not followed")
    here = apply_tail(shell, node, worlds, place, tail)
    flow = sequence(shell, node, inside, worlds, here)
    return Flow(worlds, worlds) if opening.type == "(" else flow


@follows("function_definition")
def _function(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """A definition does nothing yet; one that would shadow a program is refused.

    It must stand where it is sure to be reached, or else its name may be a program's after all.
    """
    del place
    if node.parent is None or node.parent.type != "program":
        raise shell.beyond(node, "a function is followed only where it stands by itself")
    parts = children(shell, node, lines=True)
    named = [part for part in parts if part.is_named]
    name = shell.text(named[0])
    if len(named) != 2 or tail.redirects or tail.arguments:
        raise shell.beyond(node, "a function with redirections is not followed")
    if is_known(name) or name in BUILTINS or name in HOOKS or not name.isidentifier():
        raise shell.beyond(node, f"a function of this name would stand for the program {name}")
    if name in shell.functions:
        raise shell.beyond(node, "a function is defined twice")
    shell.functions[name] = named[1]
    return Flow(worlds, ())


@follows("test_command")
def _test(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    here = apply_tail(shell, node, worlds, place, tail)
    for world in worlds:
        shell_tests.visit(shell, node, world, here)
    return Flow(worlds, worlds)


def substitution(shell: Shell, node: Node, world: World, place: Place) -> str:
    """Run what is inside `$(…)`, backticks or `<(…)`; its output where it is known beforehand."""
    text = written(shell, node)
    if text.startswith("`") and "\\" in text:
        raise shell.beyond(node, "backslashes in backticks are read twice", "Use $(…).")
    inside = children(shell, node, lines=True)[1:-1]
    escapes, shell.escapes = shell.escapes, []
    sequence(shell, node, inside, (world,), place.hidden())
    shell.escapes = escapes
    return shell_output.known(shell, inside, world, place)
