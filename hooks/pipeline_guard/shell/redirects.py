"""Redirections: what they read and write, and the words the parser hid among them.

tree-sitter counts words after a redirection (`git >f push`) to the redirection; bash gives them
to the command. `split` takes them apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline_guard import paths
from pipeline_guard.effects import ReadPath, WritePath
from pipeline_guard.programs.unsure import Unsure
from pipeline_guard.shell import heredocs, words
from pipeline_guard.shell.state import Beyond, Node, Place, Shell, World
from pipeline_guard.shell.tree import check_token, children

REDIRECTS = frozenset(("file_redirect", "heredoc_redirect", "herestring_redirect"))
_READS = frozenset(("<",))
_WRITES = frozenset((">", ">>", ">|", "&>", "&>>"))
_DUPLICATES = frozenset((">&", "<&"))
_CLOSES = frozenset((">&-", "<&-"))
_FILE_NUMBER = re.compile(r"\d+-?|-")
_MAX_REDIRECTS = 50
_LONE_NUMBER = re.compile(rb"(?:^|[\s;|&()])\d+$")
_NAMED_NUMBER = re.compile(rb"(?:^|[\s;|&()])\{[A-Za-z_]\w*(?:\[[^{}]*\])?\}$")
_PLAIN_TARGET = re.compile(r"[\w./@%+:,][\w./@%+:,-]*", re.ASCII)
_DIRECTIONS = b"<>&"


class Redirect(NamedTuple):
    """One redirection: its operator, its file number, and the node of its target."""

    node: Node
    operator: str
    number: str
    target: Node | None


class Streams(NamedTuple):
    """What redirections did: is input fed, is the output still shown, what is fed, what written."""

    fed: bool = False
    shown: bool = True
    text: str | None = None
    written: tuple[tuple[str, str], ...] = ()


class Tail(NamedTuple):
    """What a redirected statement adds to its last command."""

    redirects: tuple[Redirect, ...] = ()
    arguments: tuple[Node, ...] = ()


class Rest(NamedTuple):
    """What follows on the line of a here-document: `| b`, `&& c`."""

    operator: str
    node: Node


def split(shell: Shell, nodes: Sequence[Node]) -> tuple[Tail, Rest | None]:
    """Redirection nodes -> the redirections, the command's further words, what follows."""
    for node in nodes:
        _check_number(shell, node)
    if len(nodes) > _MAX_REDIRECTS:
        raise shell.beyond(nodes[0], "it is redirected too often")
    redirects: list[Redirect] = []
    extra: list[Node] = []
    rest: Rest | None = None
    for node in nodes:
        if rest is not None:
            raise shell.beyond(node, "it follows a here-document's line")
        if node.type == "heredoc_redirect":
            rest = _here_document(shell, node, redirects, extra)
        else:
            _add_plain(shell, node, redirects, extra)
    return Tail(tuple(redirects), tuple(extra)), rest


def _check_number(shell: Shell, node: Node) -> None:
    """The parser takes `-n2>` for a file number, and `{fd}>` or, on a new line, `2>` for a word."""
    before = shell.source[max(0, node.start_byte - 400) : node.start_byte].replace(b"\\\n", b"")
    if shell.source[node.start_byte] in _DIRECTIONS and (
        _LONE_NUMBER.search(before) or _NAMED_NUMBER.search(before)
    ):
        raise shell.beyond(node, "the file number before it was not understood")
    for child in node.children:
        if child.type == "file_redirect":
            _check_number(shell, child)
        elif child.type == "file_descriptor" and not shell.text(child).isdecimal():
            raise shell.beyond(node, "a word touches its redirection", "Put a blank between them.")


def _add_plain(shell: Shell, node: Node, redirects: list[Redirect], extra: list[Node]) -> None:
    parts = children(shell, node)
    number = ""
    if parts[0].type == "file_descriptor":
        number = shell.text(parts.pop(0))
    operator = shell.text(parts.pop(0))
    is_bare = operator in _CLOSES
    if not is_bare and not parts:
        raise shell.beyond(node, "its redirection has no target")
    target = None if is_bare else parts.pop(0)
    redirects.append(Redirect(node, operator, number, target))
    extra.extend(parts)


def _here_document(
    shell: Shell, node: Node, redirects: list[Redirect], extra: list[Node]
) -> Rest | None:
    """A here-document; only the last part of a line may carry what follows it."""
    position, rest = node.start_byte, None
    parts = {child.type: child for child in node.children}
    heredocs.check_body(shell, node, parts)
    redirects.append(Redirect(node, "<<", "", node))
    for index, child in enumerate(node.children):
        if child.type in ("heredoc_body", "heredoc_end"):
            break
        heredocs.check_same_line(shell, node, position, child.start_byte)
        check_token(shell, child)
        position = child.end_byte
        if child.type in ("<<", "<<-", "heredoc_start", "file_descriptor"):
            continue
        if rest is not None:
            raise shell.beyond(node, "the line of its here-document was not understood")
        if child.type == "pipeline":
            rest = Rest("|", child)
        elif child.type in ("&&", "||"):
            return _rest_of_line(shell, node, index)
        elif child.type == "file_redirect":
            _add_plain(shell, child, redirects, extra)
        elif child.is_named:
            extra.append(child)
        else:
            raise shell.beyond(child, "the line of its here-document was not understood")
    return rest


def _rest_of_line(shell: Shell, node: Node, index: int) -> Rest:
    operator, right, *others = node.children[index:]
    if not others or others[0].type not in ("heredoc_body", "heredoc_end"):
        raise shell.beyond(node, "the line of its here-document was not understood")
    heredocs.check_same_line(shell, node, operator.end_byte, right.start_byte)
    return Rest(shell.text(operator), right)


def apply(shell: Shell, tail: Tail, world: World, place: Place) -> Streams:
    """Note what the redirections read and write, in this world."""
    streams = Streams()
    for redirect in tail.redirects:
        if redirect.operator == "<<":
            streams = streams._replace(fed=True, text=_text(shell, redirect.node, world, place))
        elif redirect.operator == "<<<":
            streams = streams._replace(fed=True, text=None)
            _target(shell, redirect, world, place)
        elif redirect.operator in _CLOSES:
            shell.log.closes = True
        else:
            streams = _file(shell, redirect, world, place, streams)
    return streams


def may_fail(shell: Shell, tail: Tail) -> bool:
    """Whether one of the redirections may fail, so that what it belongs to does not run."""
    return any(not _is_sure(shell, redirect) for redirect in tail.redirects)


def _is_sure(shell: Shell, redirect: Redirect) -> bool:
    if redirect.target is None or redirect.operator.startswith("<<"):
        return True
    target = shell.text(redirect.target)
    if redirect.operator in _DUPLICATES and target in ("0", "1", "2"):
        return not shell.log.closes
    return target == "/dev/null"


def _text(shell: Shell, node: Node, world: World, place: Place) -> str | None:
    parts = {child.type: child for child in node.children}
    body = parts.get("heredoc_body")
    if body is None:
        return ""
    start = heredocs.body_start(shell, parts["heredoc_start"])
    if "<<-" in parts:
        words.body(shell, body, start, world, place)
        return None
    if heredocs.delimiter(shell, parts["heredoc_start"])[1]:
        return shell.source[start : body.end_byte].decode("utf-8", "replace")
    text = words.body(shell, body, start, world, place)
    return None if isinstance(text, Unsure) else text


def _target(shell: Shell, redirect: Redirect, world: World, place: Place) -> str:
    assert redirect.target is not None
    if redirect.operator == "<<<":
        return words.single(shell, redirect.target, world, place)
    targets = words.arguments(shell, redirect.target, world, place)
    if len(targets) != 1 or isinstance(targets[0], Unsure):
        raise shell.beyond(redirect.node, "the file it is redirected to is not known")
    return targets[0]


def _file(
    shell: Shell, redirect: Redirect, world: World, place: Place, streams: Streams
) -> Streams:
    path = _target(shell, redirect, world, place)
    reads = redirect.operator in _READS or redirect.operator == "<&"
    if redirect.operator in _DUPLICATES and _FILE_NUMBER.fullmatch(path):
        return streams._replace(fed=streams.fed or reads)
    if redirect.operator in _DUPLICATES and not _PLAIN_TARGET.fullmatch(path):
        # bash expands the word after >& a second time, so that >&\'a writes to the file a, and
        # takes a - that follows as a word of its own, so that >& -x gives the argument x.
        raise shell.beyond(redirect.node, "bash reads the word after >& otherwise", "Use &>.")
    if re.match(r"/dev/(tcp|udp)/", path):
        raise shell.beyond(redirect.node, "bash opens a network connection for this path")
    if reads:
        if redirect.operator == "<&":
            raise shell.beyond(redirect.node, "this form of redirection is not one the guard knows")
        if not paths.is_no_file(path, world.cwd):
            shell.log.add(ReadPath(paths.opened(path, world.cwd)))
        return streams._replace(fed=True, text=None)
    if redirect.operator not in _WRITES and redirect.operator != ">&":
        raise Beyond(redirect.operator, "this form of redirection is not one the guard knows")
    shown = streams.shown and redirect.number not in ("", "1")
    if paths.is_no_file(path, world.cwd):
        return streams._replace(shown=shown)
    written = (*streams.written, (redirect.operator, path))
    return streams._replace(shown=shown, written=written)


def note_writes(shell: Shell, streams: Streams, world: World, tool: str, text: str | None) -> None:
    """Note the files written; their text is known only where nothing else goes into them."""
    for operator, path in streams.written:
        known = text if operator == ">" and len(streams.written) == 1 else None
        shell.log.add(WritePath(paths.opened(path, world.cwd), tool, known))
