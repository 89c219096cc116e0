"""The heart of the analysis: a statement is visited by the handler of its kind of node.

Handlers register here; a kind without one is `Beyond`, so what is not listed is denied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline_guard.shell import redirects as shell_redirects
from pipeline_guard.shell.redirects import Tail
from pipeline_guard.shell.state import MAX_DEPTH, Flow, Node, Place, Shell, Worlds, join

Handler = Callable[[Shell, Node, Worlds, Place, Tail], Flow]

KINDS: dict[str, Handler] = {}
NO_TAIL = Tail()


def follows(*kinds: str) -> Callable[[Handler], Handler]:
    """Register a handler for kinds of nodes."""

    def register(handler: Handler) -> Handler:
        KINDS.update(dict.fromkeys(kinds, handler))
        return handler

    return register


def visit(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail = NO_TAIL) -> Flow:
    """The effects of a statement in each world, and the worlds after it."""
    handler = KINDS.get(node.type)
    if handler is None:
        kind = node.type.replace("_", " ")
        raise shell.beyond(node, f"the guard does not follow this part of bash ({kind})")
    shell.log.depth += 1
    if shell.log.depth > MAX_DEPTH:
        raise shell.beyond(node, "it is nested too deep")
    flow = handler(shell, node, worlds, place, tail)
    shell.log.depth -= 1
    return unless_redirected_badly(shell, flow, worlds, tail)


def unless_redirected_badly(shell: Shell, flow: Flow, worlds: Worlds, tail: Tail) -> Flow:
    """Where a redirection fails the statement does not run: `cd debug <missing` stays here."""
    if not shell_redirects.may_fail(shell, tail):
        return flow
    return Flow(flow.ok, join(flow.fail, worlds))


def sequence(shell: Shell, node: Node, nodes: Sequence[Node], worlds: Worlds, place: Place) -> Flow:
    """Statements, each with its `;`, `&` or newline; the last one's exit code is the whole's."""
    flow = Flow(worlds, ())
    _check_tokens(shell, node, nodes)
    statements = [index for index, part in enumerate(nodes) if part.is_named]
    for index in statements:
        ending = nodes[index + 1 : index + 2]
        _check_parted(shell, nodes, index)
        background = bool(ending) and ending[0].type == "&"
        is_last = index == statements[-1] and not background
        after = visit(shell, nodes[index], flow.both, place if is_last else place.hidden())
        flow = Flow(flow.both, ()) if background else after
    return flow


def _check_tokens(shell: Shell, node: Node, nodes: Sequence[Node]) -> None:
    for part in nodes:
        if not part.is_named and part.type not in (";", "&", "\n"):
            raise shell.beyond(node, f"{part.type} has no place here")


def _check_parted(shell: Shell, nodes: Sequence[Node], index: int) -> None:
    """Two statements without a `;` between them must stand on two lines."""
    if index and nodes[index - 1].is_named:
        gap = shell.source[nodes[index - 1].end_byte : nodes[index].start_byte]
        if b"\n" not in gap.replace(b"\\\n", b""):
            raise shell.beyond(nodes[index], "two statements stand on one line without a ;")


def apply_tail(shell: Shell, node: Node, worlds: Worlds, place: Place, tail: Tail) -> Place:
    """The redirections of a compound statement, and the place of what is inside of it."""
    if tail.arguments:
        raise shell.beyond(node, "words after it were not understood")
    for world in worlds:
        streams = shell_redirects.apply(shell, tail, world, place)
        shell_redirects.note_writes(shell, streams, world, "bash", None)
        place = place.behind(streams.fed, streams.shown)
    return place
