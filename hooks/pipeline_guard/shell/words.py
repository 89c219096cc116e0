"""One bash word -> the arguments it becomes: quotes, variables, braces, tilde, globs, splitting.

The words are read here byte by byte and not taken from the parser's nodes; those only say where
a substitution ends, and each must be where this reading expects it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline_guard.programs.unsure import Unsure
from pipeline_guard.shell import braces, expansions, globs, tilde
from pipeline_guard.shell.braces import (
    LIST,
    LITERAL,
    QUOTED,
    UNSURE,
    UNSURE_MANY,
    VALUE,
    Piece,
    Word,
)
from pipeline_guard.shell.globs import Scan
from pipeline_guard.shell.state import Node, Place, Shell, World
from pipeline_guard.shell.tree import HOLES, holes, opening

_PLAIN = re.compile(rb"[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*")
_RUN = re.compile(rb"[^\\'\"$`~*?\[{}<>()|&;#!\s\x80-\xff]+|[\x80-\xff]+|[~*?\[{}#!]")
_QUOTED_RUN = re.compile(rb"[^\\\"$`]+")
_BODY_RUN = re.compile(rb"[^\\$`]+")
_EMPTY = Piece("", QUOTED)
_QUOTE = "Quote its delimiter, as in <<'EOF': then nothing in the text is expanded."
_MODIFIER = re.compile(rb"\[|:[A-Za-z&#]")
_ZSH_FLAGS = re.compile(rb"\$[=~^]+[A-Za-z_{@*(0-9]")
_ZSH_PATH = re.compile(rb"=[A-Za-z]")
_DOUBLE_ESCAPES = b'$`"\\'
_BODY_ESCAPES = b"$`\\"


def arguments(shell: Shell, node: Node, world: World, place: Place) -> list[str]:
    """The arguments a word becomes, in order; an `Unsure` one where the value is not known."""
    source = shell.source[node.start_byte : node.end_byte]
    if _PLAIN.fullmatch(source):
        return [source.decode()]
    word = _Reader(shell, node, world, place).word()
    written = shell.text(node)
    if place.posix and any(p.kind == LITERAL and "{" in p.text for p in word):
        raise shell.beyond(node, "sh and bash read these braces differently")
    if _ZSH_PATH.match(source):
        raise shell.beyond(node, "zsh replaces a leading = by the path of a program", "Quote it.")
    return [
        argument
        for variant in braces.expand(word)
        for argument in _fields(
            tilde.expanded(variant, world, written), world, written, shell.log.scans
        )
    ]


def single(shell: Shell, node: Node, world: World, place: Place) -> str:
    """The one value of a word that is neither split nor globbed: an assigned value, a subject."""
    return _joined(_Reader(shell, node, world, place).word(), world, shell.text(node))


def assigned(shell: Shell, start: int, end: int, holes: Node, world: World, place: Place) -> str:
    """The value in `name=value`, given by its span; `holes` is the assignment's node."""
    word = _Reader(shell, holes, world, place, start, end).word()
    return _joined(word, world, shell.source[start:end].decode("utf-8", "replace"))


def body(shell: Shell, node: Node, start: int, world: World, place: Place) -> str:
    """The text of a here-document whose delimiter is not quoted, from its first byte on."""
    reader = _Reader(shell, node, world, place, start)
    return _joined(reader.here_document(), world, shell.text(node))


def _joined(word: Word, world: World, written: str) -> str:
    if tilde.stands_after(":", word):
        return Unsure(written)
    word = tilde.expanded(word, world, written)
    if any(piece.kind in (UNSURE, UNSURE_MANY, LIST) for piece in word):
        return Unsure(written)
    return "".join(piece.text for piece in word)


def _fields(word: Word, world: World, written: str, scans: list[Scan]) -> Iterator[str]:
    """Split the unquoted values, then expand the globs of each resulting word."""
    telling = [piece for piece in word if piece != _EMPTY]
    if len(telling) == 1 and telling[0].kind == LIST:
        yield from telling[0].values
        return
    for parts, kinds in _split(word):
        if kinds & {UNSURE, UNSURE_MANY, LIST}:
            yield Unsure(written, bool(kinds & {UNSURE_MANY, LIST}), _lead(word))
        elif any(active and globs.ACTIVE & set(text) for text, active in parts):
            yield from globs.expand(parts, world.cwd, scans)
        else:
            yield "".join(text for text, _ in parts)


def _lead(word: Word) -> str:
    """The known text before the first part that is not known."""
    texts: list[str] = []
    for piece in word:
        if piece.kind in (UNSURE, UNSURE_MANY, LIST, VALUE):
            break
        texts.append(piece.text)
    return "".join(texts)


def _split(word: Word) -> Iterator[tuple[list[tuple[str, bool]], set[int]]]:
    parts: list[tuple[str, bool]] = []
    kinds: set[int] = set()
    for piece in word:
        if piece.kind != VALUE:
            parts.append((piece.text, piece.kind == LITERAL))
            kinds.add(piece.kind)
            continue
        for index, text in enumerate(re.split(r"[ \t\n]+", piece.text)):
            if index and kinds:
                yield parts, kinds
                parts, kinds = [], set()
            if text:
                parts.append((text, True))
                kinds.add(VALUE)
    if kinds:
        yield parts, kinds


class _Reader:
    """Reads the pieces of one word, from its bytes."""

    def __init__(
        self,
        shell: Shell,
        node: Node,
        world: World,
        place: Place,
        start: int | None = None,
        end: int | None = None,
    ) -> None:
        self.shell, self.node, self.world, self.place = shell, node, world, place
        self.at = node.start_byte if start is None else start
        self.end = node.end_byte if end is None else end
        self.source = shell.source
        self.pieces: list[Piece] = []
        self.holes = {opening(shell, hole): hole for hole in _with_self(node)}

    def word(self) -> Word:
        """The pieces of an ordinary word."""
        while self.at < self.end:
            byte = self.source[self.at : self.at + 1]
            if byte == b"\\":
                self._escape()
            elif byte == b"'":
                self._single_quotes()
            elif byte == b'"':
                self._double_quotes()
            elif byte in (b"$", b"`", b"<", b">"):
                self._dollar(quoted=False)
            else:
                self._literal()
        return tuple(self.pieces)

    def here_document(self) -> Word:
        """The pieces of a here-document: as in double quotes, which themselves mean nothing."""
        self._quoted(self.end, _BODY_RUN, _BODY_ESCAPES)
        return tuple(self.pieces)

    def _add(self, text: bytes, kind: int) -> None:
        self.pieces.append(Piece(text.decode("utf-8", "surrogateescape"), kind))

    def _literal(self) -> None:
        found = _RUN.match(self.source, self.at, self.end)
        if found is None:
            raise self.shell.beyond(self.node, "a character in it was not understood")
        self._add(found.group(), LITERAL)
        self.at = found.end()

    def _escape(self) -> None:
        character = self.source[self.at + 1 : min(self.at + 2, self.end)]
        if not character:
            raise self.shell.beyond(self.node, "it ends in a backslash")
        if character != b"\n":
            width = self._character_width(self.at + 1)
            self._add(self.source[self.at + 1 : self.at + 1 + width], QUOTED)
            self.at += width - 1
        self.at += 2

    def _character_width(self, at: int) -> int:
        first = self.source[at]
        return 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4

    def _single_quotes(self) -> None:
        close = self.source.find(b"'", self.at + 1, self.end)
        if close < 0:
            raise self.shell.beyond(self.node, "its quotes do not match")
        self._add(self.source[self.at + 1 : close], QUOTED)
        self.at = close + 1

    def _double_quotes(self) -> None:
        self.at += 1
        self._add(b"", QUOTED)
        self._quoted(self.end, _QUOTED_RUN, _DOUBLE_ESCAPES)
        if self.source[self.at : self.at + 1] != b'"' or self.at >= self.end:
            raise self.shell.beyond(self.node, "its quotes do not match")
        self.at += 1

    def _quoted(self, end: int, run: re.Pattern[bytes], escapes: bytes) -> None:
        """Text in double quotes, up to the closing one; a here-document runs to its end."""
        while self.at < end:
            found = run.match(self.source, self.at, end)
            if found:
                self._add(found.group(), QUOTED)
                self.at = found.end()
            elif self.source[self.at] == 0x5C:
                self._quoted_escape(escapes)
            elif self.source[self.at] == 0x22:
                return
            else:
                self._dollar(quoted=True)

    def _quoted_escape(self, escapes: bytes) -> None:
        following = self.source[self.at + 1 : self.at + 2]
        if following and following in escapes:
            self._add(following, QUOTED)
        elif following != b"\n":
            self._add(b"\\" + following, QUOTED)
        self.at += 2

    def _dollar(self, quoted: bool) -> None:
        """`$…`, a backtick or `<(`: one of the parser's nodes must start right here."""
        hole = self.holes.get(self.at)
        following = self.source[self.at + 1 : min(self.at + 2, self.end)]
        if self.source[self.at] == 0x24 and following == b"`":
            instead = "Use $(…), and a \\ before a $ that means itself."
            raise self.shell.beyond(self.node, "the $ before a backtick is lost", instead)
        if hole is not None and hole.end_byte <= self.end:
            self._check_modifier(hole)
            piece = expansions.value(self.shell, hole, self.world, self.place, quoted)
            self.pieces.append(piece)
            self.at = hole.end_byte
        elif not quoted and following in (b"'", b'"') and self.place.posix:
            raise self.shell.beyond(self.node, "sh and bash read this quoting differently")
        elif not quoted and following == b"'":
            text, self.at = expansions.ansi_c(self.shell, self.node, self.at + 2, self.end)
            self._add(text, QUOTED)
        elif not quoted and following == b'"':
            self.at += 1
        elif self.source[self.at] == 0x24 and not expansions.STARTS.match(following):
            if _ZSH_FLAGS.match(self.source, self.at, self.end):
                instead = "Put the $ between single quotes."
                raise self.shell.beyond(self.node, "zsh expands a variable here", instead)
            self._add(b"$", QUOTED)
            self.at += 1
        else:
            instead = _QUOTE if self.node.type == "heredoc_body" else ""
            raise self.shell.beyond(self.node, "an expansion in it was not understood", instead)

    def _check_modifier(self, hole: Node) -> None:
        """zsh reads `$x:h` and `$x[1]` as a part of the value."""
        after = self.source[hole.end_byte : min(hole.end_byte + 2, self.end)]
        if hole.type == "simple_expansion" and _MODIFIER.match(after):
            instead = "Write it as ${name}."
            raise self.shell.beyond(self.node, "bash and zsh read it differently", instead)


def _with_self(node: Node) -> Iterator[Node]:
    if node.type in HOLES:
        yield node
    else:
        yield from holes(node)
