"""Statements: sequences, lists, pipes, branches, loops, functions; each over all possible worlds.

`visit` follows the kinds of nodes in `_KINDS`; any other kind is `Beyond`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline_guard import shell_command, shell_redirects, shell_tests, words
from pipeline_guard.programs import is_known
from pipeline_guard.shell_builtins import BUILTINS, HOOKS
from pipeline_guard.shell_redirects import REDIRECTS, Rest, Tail
from pipeline_guard.shell_state import (
    MAX_DEPTH,
    Flow,
    Node,
    Place,
    Shell,
    Unsure,
    World,
    Worlds,
    join,
)
from pipeline_guard.shell_tree import children
from pipeline_guard.shell_variables import is_special

_NO_TAIL = Tail()
_LOOP_ROUNDS = 5


def visit(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail = _NO_TAIL) -> Flow:
    """The effects of a statement in each world, and the worlds after it."""
    handler = _KINDS.get(node.type)
    if handler is None:
        kind = node.type.replace("_", " ")
        raise shell.beyond(node, f"the guard does not follow this part of bash ({kind})")
    shell.log.depth += 1
    if shell.log.depth > MAX_DEPTH:
        raise shell.beyond(node, "it is nested too deep")
    flow = handler(shell, node, worlds, place, tail)
    shell.log.depth -= 1
    return flow


def _command(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    flows = [shell_command.visit(shell, node, world, place, tail) for world in worlds]
    return _merged(flows)


def _merged(flows: Sequence[Flow]) -> Flow:
    return Flow(join(*(flow.ok for flow in flows)), join(*(flow.fail for flow in flows)))


def _assignments(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`a=1` alone; the parser gives no command for it."""
    if tail.arguments:
        raise shell.beyond(node, "words after a lone assignment were not understood")
    nodes = [node] if node.type == "variable_assignment" else children(shell, node)
    flows = []
    for world in worlds:
        streams = shell_redirects.apply(shell, tail, world, place)
        shell_redirects.note_writes(shell, streams, world, "bash", None)
        flows.append(shell_command.assign(shell, nodes, world, place))
    return _merged(flows)


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
        second = visit(shell, rest.node, first.ok, place)
        return Flow(second.ok, join(first.fail, second.fail))
    first = _with_tail(shell, node, bodies, worlds, place.hidden(), tail)
    if rest.operator == "||":
        second = visit(shell, rest.node, first.fail, place.hidden())
        return Flow(join(first.ok, second.ok), second.fail)
    return _pipe_members(shell, children(shell, rest.node), worlds, place, _NO_TAIL, is_rest=True)


def _sequence(shell: Shell, nodes: Sequence[Node], worlds: Worlds, place: Place) -> Flow:
    """Statements, each with its `;`, `&` or newline; the last one's exit code is the whole's."""
    flow = Flow(worlds, ())
    statements = [index for index, part in enumerate(nodes) if part.is_named]
    for index in statements:
        ending = nodes[index + 1 : index + 2]
        _check_parted(shell, nodes, index)
        background = bool(ending) and ending[0].type == "&"
        is_last = index == statements[-1] and not background
        here = place if is_last else place.hidden()
        after = visit(shell, nodes[index], flow.both, here)
        flow = Flow(flow.both, ()) if background else after
    return flow


def _check_parted(shell: Shell, nodes: Sequence[Node], index: int) -> None:
    """Two statements without a `;` between them must stand on two lines."""
    if index and nodes[index - 1].is_named:
        gap = shell.source[nodes[index - 1].end_byte : nodes[index].start_byte]
        if b"\n" not in gap.replace(b"\\\n", b""):
            raise shell.beyond(nodes[index], "two statements stand on one line without a ;")


def _program(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    del tail
    _check_ends(shell, node)
    nodes = children(shell, node, lines=True)
    _check_tokens(shell, node, nodes)
    return _sequence(shell, nodes, worlds, place)


def _check_ends(shell: Shell, node: Node) -> None:
    """What the parser left out before and after the program must be blank."""
    outside = shell.source[: node.start_byte] + shell.source[node.end_byte :]
    if outside.replace(b"\\\n", b"").strip(b" \t\n"):
        raise shell.beyond(node, "a part of the command line was not understood")


def _check_tokens(shell: Shell, node: Node, nodes: Sequence[Node]) -> None:
    for part in nodes:
        if not part.is_named and part.type not in (";", "&", "\n"):
            raise shell.beyond(node, f"{part.type} has no place here")


def _list(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`a && b`, `a || b`: the second runs only in the worlds that the first leaves for it."""
    parts = children(shell, node, lines=True)
    if len(parts) != 3 or parts[1].type not in ("&&", "||"):
        raise shell.beyond(node, "this list of commands was not understood")
    left, operator, right = parts
    if operator.type == "&&":
        first = visit(shell, left, worlds, place)
        second = visit(shell, right, first.ok, place, tail)
        return Flow(second.ok, join(first.fail, second.fail))
    first = visit(shell, left, worlds, place.hidden())
    second = visit(shell, right, first.fail or first.ok, place.hidden(), tail)
    return Flow(join(first.ok, second.ok), second.fail)


def _pipeline(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    return _pipe_members(shell, children(shell, node, lines=True), worlds, place, tail)


def _pipe_members(
    shell: Shell,
    parts: Sequence[Node],
    worlds: Worlds,
    place: Place,
    tail: Tail,
    is_rest: bool = False,
) -> Flow:
    """Each member runs in a shell of its own, but zsh runs the last one in this shell."""
    members = [part for part in parts if part.type not in ("|", "|&")]
    for index, member in enumerate(members):
        is_last = member is members[-1]
        here = place if is_last else place.hidden()
        if index or is_rest:
            here = here._replace(fed=True)
        after = visit(shell, member, worlds, here, tail if is_last else _NO_TAIL)
    both = join(worlds, after.both)
    return Flow(both, both)


def _negated(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    parts = children(shell, node)
    if len(parts) != 2:
        raise shell.beyond(node, "this negation was not understood")
    flow = visit(shell, parts[1], worlds, place.hidden(), tail)
    return Flow(flow.fail, flow.ok)


def _grouped(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`{ …; }` and `( … )`; a subshell's changes end with it."""
    opening, *inside, closing = children(shell, node, lines=True)
    if (opening.type, closing.type) not in (("{", "}"), ("(", ")")):
        raise shell.beyond(node, "arithmetic commands are not followed")
    _check_tokens(shell, node, inside)
    here = _apply_tail(shell, node, worlds, place, tail)
    flow = _sequence(shell, inside, worlds, here)
    return Flow(worlds, worlds) if opening.type == "(" else flow


def _apply_tail(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Place:
    """The redirections of a compound statement, and the place of what is inside of it."""
    if tail.arguments:
        raise shell.beyond(node, "words after it were not understood")
    for world in worlds:
        streams = shell_redirects.apply(shell, tail, world, place)
        shell_redirects.note_writes(shell, streams, world, "bash", None)
        place = place._replace(
            fed=place.fed or streams.fed, certain=place.certain and streams.shown
        )
    return place


def _if(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    here = _apply_tail(shell, node, worlds, place, tail).hidden()
    after = _branches(shell, node, children(shell, node, lines=True), worlds, here)
    return Flow(after, after)


def _branches(
    shell: Shell, node: Node, parts: Sequence[Node], worlds: Worlds, place: Place
) -> Worlds:
    """`if c; then a` and its `elif` and `else`, given as the parts after each other."""
    if "then" not in [part.type for part in parts]:
        raise shell.beyond(node, "this condition was not understood")
    then = [part.type for part in parts].index("then")
    condition = _sequence(shell, _statements(shell, node, parts[1:then]), worlds, place)
    clauses = ("elif_clause", "else_clause", "fi")
    end = next((i for i, part in enumerate(parts) if part.type in clauses), len(parts))
    body = _sequence(shell, _statements(shell, node, parts[then + 1 : end]), condition.ok, place)
    remaining = condition.fail
    ends = [body.both]
    for clause in parts[end:]:
        if clause.type == "elif_clause":
            inside = children(shell, clause, lines=True)
            ends.append(_branches(shell, clause, inside, remaining, place))
        elif clause.type == "else_clause":
            inside = children(shell, clause, lines=True)[1:]
            ends.append(_sequence(shell, _statements(shell, clause, inside), remaining, place).both)
    return join(*ends, remaining)


def _statements(shell: Shell, node: Node, parts: Sequence[Node]) -> Sequence[Node]:
    _check_tokens(shell, node, parts)
    return parts


def _for(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`for x in words`: one round for each word that is known."""
    keyword, variable, *rest = children(shell, node, lines=True)
    kinds = [part.type for part in rest]
    if keyword.type != "for" or "in" not in kinds or kinds[-1] != "do_group":
        raise shell.beyond(node, "only a for loop over words is followed")
    name = shell.text(variable)
    if is_special(name):
        raise shell.beyond(node, f"{name} means something to the shell or to programs")
    here = _apply_tail(shell, node, worlds, place, tail).hidden()
    values = [part for part in rest[:-1] if part.is_named]
    after = join(*(_rounds(shell, rest[-1], name, values, world, here) for world in worlds))
    return Flow(after, after)


def _rounds(
    shell: Shell, body: Node, name: str, values: Sequence[Node], world: World, place: Place
) -> Worlds:
    items = [item for node in values for item in words.arguments(shell, node, world, place)]
    shell.escapes.append([])
    current: Worlds = (world,)
    seen: Worlds = (world,)
    for item in items:
        known = None if isinstance(item, Unsure) else item
        entered = tuple(one.with_variable(name, known) for one in current)
        flow = _loop_body(shell, body, entered, place)
        current = join(flow.both, shell.escapes[-1])
        if isinstance(item, Unsure):
            current = join(current, _until_stable(shell, body, current, place, ((name, None),)))
        seen = join(current, shell.escapes[-1]) if items else current
    return join(seen, shell.escapes.pop())


def _loop_body(shell: Shell, node: Node, worlds: Worlds, place: Place) -> Flow:
    keyword, *inside, done = children(shell, node, lines=True)
    if (keyword.type, done.type) != ("do", "done"):
        raise shell.beyond(node, "this loop was not understood")
    return _sequence(shell, _statements(shell, node, inside), worlds, place)


def _while(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`while` and `until`: rounds until nothing new can come out of one more."""
    parts = children(shell, node, lines=True)
    if parts[-1].type != "do_group":
        raise shell.beyond(node, "this loop was not understood")
    here = _apply_tail(shell, node, worlds, place, tail).hidden()
    shell.escapes.append([])
    condition = _statements(shell, node, parts[1:-1])
    reached = worlds
    for _ in range(_LOOP_ROUNDS):
        checked = _sequence(shell, condition, reached, here)
        body = _loop_body(shell, parts[-1], checked.both, here)
        following = join(reached, checked.both, body.both, shell.escapes[-1])
        if following == reached:
            shell.escapes.pop()
            return Flow(reached, reached)
        reached = following
    raise shell.beyond(node, "each round of the loop changes what the next one does")


def _until_stable(
    shell: Shell,
    body: Node,
    worlds: Worlds,
    place: Place,
    variables: Sequence[tuple[str, str | None]],
) -> Worlds:
    """Further rounds over an item that may be many."""
    reached = worlds
    for _ in range(_LOOP_ROUNDS):
        entered = reached
        for name, value in variables:
            entered = tuple(world.with_variable(name, value) for world in entered)
        flow = _loop_body(shell, body, entered, place)
        following = join(reached, flow.both, shell.escapes[-1])
        if following == reached:
            return reached
        reached = following
    raise shell.beyond(body, "each round of the loop changes what the next one does")


def _case(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`case`: any of its branches may run."""
    here = _apply_tail(shell, node, worlds, place, tail).hidden()
    parts = children(shell, node, lines=True)
    for world in worlds:
        words.single(shell, parts[1], world, here)
    ends = [worlds]
    for item in (part for part in parts if part.type == "case_item"):
        ends.append(_case_item(shell, item, worlds, here))
    after = join(*ends)
    return Flow(after, after)


def _case_item(shell: Shell, node: Node, worlds: Worlds, place: Place) -> Worlds:
    parts = children(shell, node, lines=True)
    closing = next(i for i, part in enumerate(parts) if part.type == ")")
    for pattern in (part for part in parts[:closing] if part.is_named):
        for world in worlds:
            words.single(shell, pattern, world, place)
    inside = list(parts[closing + 1 :])
    if inside and inside[-1].type == ";;":
        inside.pop()
    return _sequence(shell, _statements(shell, node, inside), worlds, place).both


def _function(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """A definition does nothing yet; one that would shadow a program is refused."""
    del place
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


def _test(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    here = _apply_tail(shell, node, worlds, place, tail)
    for world in worlds:
        shell_tests.visit(shell, node, world, here)
    return Flow(worlds, worlds)


def substitution(shell: Shell, node: Node, world: World, place: Place) -> str:
    """Run what is inside `$(…)`, backticks or `<(…)`; its output where it is known beforehand."""
    text = shell.text(node)
    if text.startswith("`") and "\\" in text:
        raise shell.beyond(node, "backslashes in backticks are read twice", "Use $(…).")
    inside = children(shell, node, lines=True)[1:-1]
    _check_tokens(shell, node, inside)
    escapes, shell.escapes = shell.escapes, []
    _sequence(shell, inside, (world,), place.hidden())
    shell.escapes = escapes
    return shell_command.output(shell, inside, world, place)


Handler = Callable[[Shell, Node, Worlds, Place, Tail], Flow]

_KINDS: dict[str, Handler] = {
    "program": _program,
    "command": _command,
    "declaration_command": _command,
    "unset_command": _command,
    "variable_assignment": _assignments,
    "variable_assignments": _assignments,
    "redirected_statement": _redirected,
    "list": _list,
    "pipeline": _pipeline,
    "negated_command": _negated,
    "compound_statement": _grouped,
    "subshell": _grouped,
    "if_statement": _if,
    "for_statement": _for,
    "while_statement": _while,
    "case_statement": _case,
    "function_definition": _function,
    "test_command": _test,
}
