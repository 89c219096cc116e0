"""What `$(…)` gives, where that is known before it runs."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_guard.programs.unsure import Unsure
from pipeline_guard.shell import redirects as shell_redirects
from pipeline_guard.shell import words
from pipeline_guard.shell.command import WORDS
from pipeline_guard.shell.redirects import Tail
from pipeline_guard.shell.state import Node, Place, Shell, World
from pipeline_guard.shell.tree import children


def known(shell: Shell, nodes: Sequence[Node], world: World, place: Place) -> str:
    """The output of a here-document through cat, of echo with known words, of pwd."""
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
    if any(part.type not in WORDS for part in parts):
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
