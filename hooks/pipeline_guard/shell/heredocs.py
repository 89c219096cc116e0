"""Where a here-document begins and ends: the parser's answer must be bash's."""

from __future__ import annotations

import re

from pipeline_guard.shell.state import Node, Shell

_GAP = re.compile(rb"[ \t]*")
_AFTER_DELIMITER = (b" ", b"\t", b"\n", b";", b"&", b"|", b"<", b">", b"(", b")")


def delimiter(shell: Shell, node: Node) -> tuple[str, bool]:
    """A here-document's delimiter without its quotes, and whether it was quoted."""
    written = shell.text(node)
    plain = re.sub(r"[\\'\"]", "", written)
    if not re.fullmatch(r"[\w.@%+:,/=-]+", plain, re.ASCII):
        raise shell.beyond(node, "a here-document's delimiter should be a plain word", "Use EOF.")
    return plain, plain != written


def check_body(shell: Shell, node: Node, parts: dict[str, Node]) -> None:
    """The body must be what bash reads: from the next line to the first line like the delimiter."""
    start, end = parts.get("heredoc_start"), parts.get("heredoc_end")
    if start is None or end is None:
        raise shell.beyond(node, "its here-document has no end")
    word, _ = delimiter(shell, start)
    if shell.source[start.end_byte : start.end_byte + 1] not in _AFTER_DELIMITER:
        raise shell.beyond(node, "its delimiter goes on", "Put a blank after the delimiter.")
    first = body_start(shell, start)
    last = [c for c in node.children if c.type not in ("heredoc_body", "heredoc_end")][-1]
    body = parts.get("heredoc_body")
    if not first or last.end_byte >= first or (body is not None and body.start_byte < first):
        raise shell.beyond(node, "the line of its here-document was not understood")
    check_same_line(shell, node, last.end_byte, first - 1)
    if _end(shell.source, first, word.encode(), "<<-" in parts) != end.end_byte:
        raise shell.beyond(node, "its here-document does not end where it seems to")


def body_start(shell: Shell, start: Node) -> int:
    """Where the line after the delimiter begins, its blanks included; 0 where there is none."""
    return shell.source.find(b"\n", start.end_byte) + 1


def _end(source: bytes, start: int, word: bytes, tabs: bool) -> int:
    """Where the first line that is the delimiter ends; -1 where there is none."""
    while start <= len(source):
        stop = source.find(b"\n", start)
        stop = len(source) if stop < 0 else stop
        line = source[start:stop]
        if (line.lstrip(b"\t") if tabs else line) == word:
            return stop
        start = stop + 1
    return -1


def check_same_line(shell: Shell, node: Node, start: int, end: int) -> None:
    """Between two parts of the line on which a here-document stands, there are only blanks."""
    if _GAP.fullmatch(shell.source, start, end) is None:
        raise shell.beyond(node, "the line of its here-document was not understood")
