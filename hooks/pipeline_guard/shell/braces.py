"""Brace expansion: `{a,b}`, `{1..3}`, nested, before anything else is expanded, as bash does it."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline_guard.shell.state import Beyond

_MARKS = re.compile(r"([{},])")
_NUMBERS = re.compile(r"(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.(-?\d{1,9}))?")
_LETTERS = re.compile(r"([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d{1,3}))?")
_MAX_WORDS = 256

# The kinds of a piece. Only literals take part in brace, tilde and pathname expansion.
LITERAL, QUOTED, VALUE, LIST, UNSURE, UNSURE_MANY = range(6)


class Piece(NamedTuple):
    """A part of a word: unquoted text, quoted text, the value of an expansion, or unknown."""

    text: str
    kind: int
    values: tuple[str, ...] = ()


Word = tuple[Piece, ...]


def expand(word: Word) -> list[Word]:
    """All words that the braces of a word give; a word without braces is returned as it is."""
    if not any(piece.kind == LITERAL and "{" in piece.text for piece in word):
        return [word]
    tokens = [token for piece in word for token in _tokens(piece)]
    words, rest = _sequence(tokens, 0, top=True)
    if rest != len(tokens):
        raise Beyond(_written(word), "its braces do not match")
    return words


def _tokens(piece: Piece) -> list[Piece]:
    if piece.kind != LITERAL:
        return [piece]
    return [Piece(text, LITERAL) for text in _MARKS.split(piece.text) if text]


def _is(token: Piece, mark: str) -> bool:
    return token.kind == LITERAL and token.text == mark


def _sequence(tokens: list[Piece], at: int, top: bool = False) -> tuple[list[Word], int]:
    """The words from `at` up to a comma or closing brace that belongs to an outer group."""
    words: list[Word] = [()]
    while at < len(tokens) and not (not top and (_is(tokens[at], ",") or _is(tokens[at], "}"))):
        if _is(tokens[at], "}"):
            raise Beyond(_written(tokens), "its braces do not match")
        if _is(tokens[at], "{"):
            group, at = _group(tokens, at)
        else:
            group, at = [(tokens[at],)], at + 1
        words = _products(words, group)
    return words, at


def _group(tokens: list[Piece], start: int) -> tuple[list[Word], int]:
    """The words of the group whose `{` is at `start`, and where the text after it begins."""
    choices: list[list[Word]] = []
    at = start
    while True:
        words, at = _sequence(tokens, at + 1)
        choices.append(words)
        if at >= len(tokens):
            raise Beyond(_written(tokens), "its braces do not match")
        if _is(tokens[at], "}"):
            break
    if len(choices) > 1:
        return [word for words in choices for word in words], at + 1
    return _single(choices[0]), at + 1


def _single(words: list[Word]) -> list[Word]:
    """A group without a comma: a sequence such as `{1..3}`, else the braces stay as they are."""
    if len(words) == 1 and all(piece.kind == LITERAL for piece in words[0]):
        items = _range("".join(piece.text for piece in words[0]))
        if items:
            return [(Piece(item, LITERAL),) for item in items]
    opening, closing = Piece("{", LITERAL), Piece("}", LITERAL)
    return [(opening, *word, closing) for word in words]


def _range(text: str) -> list[str]:
    numbers = _NUMBERS.fullmatch(text)
    if numbers:
        first, last, step = numbers.groups()
        width = max(len(first), len(last)) if _is_padded(first) or _is_padded(last) else 0
        return [f"{number:0{width}d}" for number in _steps(int(first), int(last), step)]
    letters = _LETTERS.fullmatch(text)
    if letters is None:
        return []
    first, last, step = letters.groups()
    if first.isupper() != last.isupper():
        raise Beyond("{" + text + "}", "it runs over more than letters")
    return [chr(code) for code in _steps(ord(first), ord(last), step)]


def _is_padded(number: str) -> bool:
    digits = number.lstrip("-")
    return len(digits) > 1 and digits[0] == "0"


def _steps(first: int, last: int, step: str | None) -> range:
    width = abs(int(step or 1)) or 1
    if abs(last - first) // width > _MAX_WORDS:
        raise Beyond(f"{{{first}..{last}}}", "it gives too many words")
    return range(first, last + 1, width) if first <= last else range(first, last - 1, -width)


def _products(heads: list[Word], tails: list[Word]) -> list[Word]:
    if len(heads) * len(tails) > _MAX_WORDS:
        raise Beyond(_written(heads[0]), "its braces give too many words")
    return [head + tail for head in heads for tail in tails]


def _written(pieces: Word | list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)[:120]
