"""Branches and loops: `if`, `case`, `for`, `while`, `until`, over all worlds they may leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline_guard.programs.unsure import Unsure
from pipeline_guard.shell import words
from pipeline_guard.shell.redirects import Tail
from pipeline_guard.shell.state import Flow, Node, Place, Shell, World, Worlds, join
from pipeline_guard.shell.tree import children
from pipeline_guard.shell.variables import is_special
from pipeline_guard.shell.visit import apply_tail, follows, sequence

_ROUNDS = 5
_CLAUSES = ("elif_clause", "else_clause", "fi")


@follows("if_statement")
def _if(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    here = apply_tail(shell, node, worlds, place, tail).hidden()
    after = _branches(shell, node, worlds, here)
    return Flow(after, after)


def _branches(shell: Shell, node: Node, worlds: Worlds, place: Place) -> Worlds:
    """`if c; then a`, or an `elif`, with the clauses that follow it."""
    parts = children(shell, node, lines=True)
    kinds = [part.type for part in parts]
    if "then" not in kinds:
        raise shell.beyond(node, "this condition was not understood")
    then = kinds.index("then")
    end = next((i for i, kind in enumerate(kinds) if kind in _CLAUSES), len(parts))
    condition = sequence(shell, node, parts[1:then], worlds, place)
    remaining = condition.on_failure
    ends = [sequence(shell, node, parts[then + 1 : end], condition.on_success, place).both]
    for clause in parts[end:]:
        if clause.type == "elif_clause":
            ends.append(_branches(shell, clause, remaining, place))
        elif clause.type == "else_clause":
            inside = children(shell, clause, lines=True)[1:]
            ends.append(sequence(shell, clause, inside, remaining, place).both)
    return join(*ends, remaining)


@follows("case_statement")
def _case(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """Any of its branches may run."""
    here = apply_tail(shell, node, worlds, place, tail).hidden()
    parts = children(shell, node, lines=True)
    for world in worlds:
        words.single(shell, parts[1], world, here)
    items = [part for part in parts if part.type == "case_item"]
    after = join(worlds, *(_case_item(shell, item, worlds, here) for item in items))
    return Flow(after, after)


def _case_item(shell: Shell, node: Node, worlds: Worlds, place: Place) -> Worlds:
    parts = children(shell, node, lines=True)
    closing = next(i for i, part in enumerate(parts) if part.type == ")")
    for pattern in (part for part in parts[:closing] if part.is_named):
        for world in worlds:
            words.single(shell, pattern, world, place)
    inside = parts[closing + 1 :]
    if inside and inside[-1].type == ";;":
        inside.pop()
    return sequence(shell, node, inside, worlds, place).both


@follows("for_statement")
def _for(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`for x in words`: one round for each word."""
    keyword, variable, *rest = children(shell, node, lines=True)
    kinds = [part.type for part in rest]
    if keyword.type != "for" or "in" not in kinds or kinds[-1] != "do_group":
        raise shell.beyond(node, "only a for loop over words is followed")
    name = shell.text(variable)
    if is_special(name):
        raise shell.beyond(node, f"{name} means something to the shell or to programs")
    here = apply_tail(shell, node, worlds, place, tail).hidden()
    values = [part for part in rest[:-1] if part.is_named]
    after = join(*(_items(shell, rest[-1], name, values, world, here) for world in worlds))
    return Flow(after, after)


def _items(
    shell: Shell, body: Node, name: str, values: Sequence[Node], world: World, place: Place
) -> Worlds:
    """The worlds after the rounds; a word that is not known may stand for many of them."""

    def one_round(entered: Worlds, value: str | None) -> Worlds:
        given = tuple(one.with_variable(name, value) for one in entered)
        return join(_body(shell, body, given, place), shell.escapes[-1])

    items = [item for node in values for item in words.arguments(shell, node, world, place)]
    shell.escapes.append([])
    reached: Worlds = (world,)
    for item in items:
        if isinstance(item, Unsure):
            reached = _settled(shell, body, reached, lambda entered: one_round(entered, None))
        else:
            reached = one_round(reached, item)
    return join(reached, shell.escapes.pop())


@follows("while_statement")
def _while(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Flow:
    """`while` and `until`: rounds until nothing new can come out of one more."""
    parts = children(shell, node, lines=True)
    here = apply_tail(shell, node, worlds, place, tail).hidden()

    def one_round(entered: Worlds) -> Worlds:
        checked = sequence(shell, node, parts[1:-1], entered, here).both
        return join(checked, _body(shell, parts[-1], checked, here), shell.escapes[-1])

    shell.escapes.append([])
    reached = _settled(shell, node, worlds, one_round)
    shell.escapes.pop()
    return Flow(reached, reached)


def _settled(
    shell: Shell, node: Node, worlds: Worlds, one_round: Callable[[Worlds], Worlds]
) -> Worlds:
    """The worlds after any number of rounds."""
    reached = worlds
    for _ in range(_ROUNDS):
        following = join(reached, one_round(reached))
        if following == reached:
            return reached
        reached = following
    raise shell.beyond(node, "each round of the loop changes what the next one does")


def _body(shell: Shell, node: Node, worlds: Worlds, place: Place) -> Worlds:
    keyword, *inside, done = children(shell, node, lines=True)
    if (node.type, keyword.type, done.type) != ("do_group", "do", "done"):
        raise shell.beyond(node, "this loop was not understood")
    return sequence(shell, node, inside, worlds, place).both
