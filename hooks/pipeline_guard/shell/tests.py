"""`[ … ]` and `[[ … ]]`: comparisons whose words are resolved and whose operators are known."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_guard.programs import argv as programs
from pipeline_guard.programs.unsure import Unsure
from pipeline_guard.shell import words
from pipeline_guard.shell.state import Node, Place, Shell, World
from pipeline_guard.shell.tree import children

_EXPRESSIONS = frozenset(
    ("binary_expression", "unary_expression", "parenthesized_expression", "negated_expression")
)
_OPERATORS = frozenset("= == != =~ -eq -ne -lt -le -gt -ge -nt -ot -ef -a -o ! ( ) && ||".split())
_NUMERIC = frozenset("-eq -ne -lt -le -gt -ge".split())
_UNARY = frozenset(f"-{letter}" for letter in "abcdefghknprstuwxzLSGNOo")


def visit(shell: Shell, node: Node, world: World, place: Place) -> None:
    """Note what a test reads and runs; an operator that would write or evaluate is refused."""
    opening, *inside, closing = children(shell, node, lines=True)
    if (opening.type, closing.type) not in (("[", "]"), ("[[", "]]")):
        raise shell.beyond(node, "arithmetic commands are not followed")
    double = opening.type == "[["
    argv = ["["]
    for part in inside:
        for leaf in _leaves(shell, part):
            argv.extend(_word(shell, leaf, world, place, double))
    if double and _NUMERIC & set(argv) and any(not _is_number(w) for w in _operands(argv)):
        raise shell.beyond(node, "[[ evaluates words as arithmetic here", 'Use [ "$a" -gt 0 ].')
    for effect in programs.effects([*argv, "]"], world.cwd):
        shell.log.add(effect)


def _leaves(shell: Shell, node: Node) -> Iterator[Node]:
    if node.type in _EXPRESSIONS:
        for child in children(shell, node, lines=True):
            yield from _leaves(shell, child)
    else:
        yield node


def _word(shell: Shell, leaf: Node, world: World, place: Place, double: bool) -> list[str]:
    if not leaf.is_named or leaf.type == "test_operator":
        operator = shell.text(leaf)
        if operator not in _OPERATORS and operator not in _UNARY:
            raise shell.beyond(leaf, "this operator of a test is not followed")
        return [operator]
    if double:
        return [words.single(shell, leaf, world, place)]
    return words.arguments(shell, leaf, world, place)


def _operands(argv: list[str]) -> list[str]:
    """The words on both sides of each numeric operator."""
    found: list[str] = []
    for index, word in enumerate(argv):
        if word in _NUMERIC and not isinstance(word, Unsure):
            found += argv[index - 1 : index] + argv[index + 1 : index + 2]
    return found


def _is_number(word: str) -> bool:
    return not isinstance(word, Unsure) and word.lstrip("-").isdigit()
