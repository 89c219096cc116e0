"""A report's Markdown as sections of plain blocks, with the line of each.

markdown-it-py does the reading, so that fences, tables, lists and emphasis mean here what they
mean to everyone else. HTML and underlined headings are switched off: pasted query output is full
of both. It is imported on first use, because a hook that reads no report must not pay for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it.token import Token

TEXT = "text"
ROW = "row"
CODE = "code"
RULE = "rule"


class Block(NamedTuple):
    """A paragraph, list item, table row or code block, its markup removed.

    `text` keeps line breaks; `cells` is set for a table row; `spans` are the inline code spans.
    """

    kind: str
    text: str
    line: int
    cells: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()


class Section(NamedTuple):
    """What stands below one heading, up to the next; `raw` is its source, trimmed."""

    level: int
    heading: str
    line: int
    raw: str
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """All blocks as plain text, one line each or more."""
        return "\n".join(block.text for block in self.blocks).strip()

    @property
    def structured(self) -> bool:
        """Whether it holds pasted output or a table and not one line of prose."""
        tabular = any(block.kind in (ROW, CODE) and block.text.strip() for block in self.blocks)
        return tabular or self.text.count("\n") > 0

    @property
    def rows(self) -> int:
        """How many rows pasted output or a table can hold: its lines without the first, a heading.

        Output as JSON may be one line; then it is its objects that count.
        """
        lines = [line for line in self.text.splitlines() if re.search(r"\w", line)]
        return max(len(lines) - 1, self.text.count("{"))


def sections(source: str) -> list[Section]:
    """Split a document at its headings of the first two levels; deeper ones are content."""
    source = _without_comments(source)
    lines = source.split("\n")
    tokens = _tokens(source)
    starts = [i for i, token in enumerate(tokens) if _splits(token)]
    return [_section(tokens[a:b], lines) for a, b in pairwise([*starts, len(tokens)])]


def _tokens(source: str) -> list[Token]:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("lheading")
    return reader.parse(source)


def _without_comments(source: str) -> str:
    """Blank out HTML comments, so that nothing hidden counts as content; lines stay in place."""
    return re.sub(
        r"<!--.*?(-->|\Z)", lambda m: re.sub(r"[^\n]", " ", m.group()), source, flags=re.S
    )


def _splits(token: Token) -> bool:
    return token.type == "heading_open" and token.level == 0 and token.tag in ("h1", "h2")


def _section(tokens: list[Token], lines: list[str]) -> Section:
    opening, title, body = tokens[0], tokens[1], tokens[3:]
    start = _line(opening)
    last = max((token.map[1] for token in tokens if token.map), default=start)
    raw = "\n".join(lines[start:last]).strip("\n").rstrip()
    heading = " ".join(_plain(title).split())
    return Section(int(opening.tag[1]), heading, start, raw, tuple(_blocks(body)))


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    row: list[Token] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield _row(row)
            row = None
        elif token.type == "inline" and row is not None:
            row.append(token)
        elif token.type == "inline":
            yield Block(TEXT, _plain(token), _line(token), (), _spans(token))
        elif token.type in ("fence", "code_block"):
            yield Block(CODE, token.content.rstrip("\n"), _line(token))


def _row(cells: list[Token]) -> Block:
    texts = tuple(_plain(cell).strip() for cell in cells)
    spans = tuple(span for cell in cells for span in _spans(cell))
    return Block(ROW, " | ".join(texts), _line(cells[0]) if cells else 1, texts, spans)


def _plain(token: Token) -> str:
    """The words of an inline token without emphasis, links and code marks."""
    breaks = ("softbreak", "hardbreak")
    return "".join("\n" if c.type in breaks else c.content for c in token.children or [])


def _spans(token: Token) -> tuple[str, ...]:
    return tuple(c.content for c in token.children or [] if c.type == "code_inline")
