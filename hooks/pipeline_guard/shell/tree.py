"""The parser, and the proof that what it returns accounts for every byte.

tree-sitter recovers from errors and merges bytes that bash would split; each list of children is
therefore read through `children`, which refuses a gap that bash would not skip.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from typing import Any

from pipeline_guard import lean
from pipeline_guard.shell.state import Beyond, Node, Shell

_BLANK = re.compile(rb"(?:[ \t]|\\\n)*")
_BLANK_LINES = re.compile(rb"(?:[ \t\n]|\\\n)*")
_REDIRECTS = frozenset(("file_redirect", "heredoc_redirect", "herestring_redirect"))
_OPERATOR_STARTS = b"<>&"
_DELIMITER = re.compile(rb"<<-?[ \t]*[\\'\"]?([\w.]+)")

# What runs or reads something inside of a word.
HOLES = frozenset(
    (
        "command_substitution",
        "process_substitution",
        "expansion",
        "simple_expansion",
        "arithmetic_expansion",
    )
)


def _binding(package: str) -> Any:
    """The compiled part of a package, without the package itself: that imports 15 ms of others."""
    name = f"{package}._binding"
    if name in sys.modules:
        return sys.modules[name]
    found = PathFinder.find_spec(package)
    inner = PathFinder.find_spec("_binding", found.submodule_search_locations if found else [])
    if inner is None or inner.origin is None:
        raise ModuleNotFoundError(f"the guard needs {package}; run: self-heal doctor")
    loader = ExtensionFileLoader(name, inner.origin)
    spec = ModuleSpec(name, loader, origin=inner.origin)
    module = lean.without_enum(lambda: loader.create_module(spec))
    loader.exec_module(module)
    sys.modules[name] = module
    return module


def _make_parser() -> Any:
    binding = _binding("tree_sitter")
    return binding.Parser(binding.Language(_binding("tree_sitter_bash").language()))


_PARSER = _make_parser()


def parse(source: bytes) -> Node:
    """The tree of a command line; a text that is not clean bash is `Beyond`."""
    root: Node = _PARSER.parse(source).root_node
    if root.has_error:
        raise Beyond(
            source[:120].decode("utf-8", "replace"),
            "it is not bash that the guard can parse",
            _other_delimiter(source),
        )
    return root


def _other_delimiter(source: bytes) -> str:
    """What to do where a line of a here-document begins with its delimiter: bash reads on, and the
    parser does not.
    """
    for start in _DELIMITER.finditer(source):
        word = start[1]
        if re.search(rb"^\t*" + re.escape(word) + rb"[^\n]", source[start.end() :], re.M):
            shown = word.decode("utf-8", "replace")
            return f"A line of its text begins with the delimiter `{shown}`: take END_OF_TEXT."
    return ""


def children(shell: Shell, node: Node, lines: bool = False) -> list[Node]:
    """The children of a node, comments left out, once every byte between them is a blank.

    `lines` allows newlines between them, as between statements. Two neighbours must be parted by
    a blank or an operator: otherwise bash reads one word where the parser saw two.
    """
    found: list[Node] = []
    position = node.start_byte
    previous: Node | None = None
    for child in node.children:
        _check_gap(shell, node, previous, child, position, lines)
        check_token(shell, child)
        position, previous = child.end_byte, child
        if child.type == "comment":
            _check_comment(shell, child)
        else:
            found.append(child)
    _check_blank(shell, node, position, node.end_byte, lines)
    return found


def check_token(shell: Shell, node: Node) -> None:
    """An operator must be what its kind says: the parser takes `-n<<` for the operator `<<`."""
    if node.is_named or len(node.type) == node.end_byte - node.start_byte:
        return
    if len(node.type) != node.end_byte - opening(shell, node):
        instead = "Put a blank between them."
        raise shell.beyond(node, "a word touches the operator after it", instead)


def _check_gap(
    shell: Shell, node: Node, previous: Node | None, child: Node, position: int, lines: bool
) -> None:
    _check_blank(shell, node, position, child.start_byte, lines)
    if previous is None or not (previous.is_named and child.is_named):
        return
    gap = shell.source[position : child.start_byte].replace(b"\\\n", b"")
    is_operator = child.type in _REDIRECTS and shell.source[child.start_byte] in _OPERATOR_STARTS
    if not gap and not is_operator:
        raise shell.beyond(node, "two of its words touch in a way that bash reads as one")


def _check_blank(shell: Shell, node: Node, start: int, end: int, lines: bool) -> None:
    pattern = _BLANK_LINES if lines else _BLANK
    if start != end and pattern.fullmatch(shell.source, start, end) is None:
        if shell.source[start:end].strip() == b"-":
            instead = 'Quote it: "-". A commit\'s message goes behind -m.'
            raise shell.beyond(node, "the parser loses a - before a here-document", instead)
        raise shell.beyond(node, "a part of it was not understood")


def _check_comment(shell: Shell, node: Node) -> None:
    before = shell.source[node.start_byte - 1 : node.start_byte] if node.start_byte else b"\n"
    if before not in (b" ", b"\t", b"\n", b";", b"&", b"|", b"(", b")"):
        raise shell.beyond(node, "a # inside a word starts no comment in bash")


def opening(shell: Shell, hole: Node) -> int:
    """Where an expansion begins: in `"$a $b"` the parser counts the blank to the second one."""
    blank = _BLANK_LINES.match(shell.source, hole.start_byte, hole.end_byte)
    return blank.end() if blank else hole.start_byte


def written(shell: Shell, hole: Node) -> str:
    """The source of an expansion, without such blanks."""
    return shell.source[opening(shell, hole) : hole.end_byte].decode("utf-8", "replace")


def holes(node: Node) -> Iterator[Node]:
    """The topmost descendants that run or read something, in order."""
    for child in node.children:
        if child.type in HOLES:
            yield child
        else:
            yield from holes(child)
