"""Tilde expansion: `~` and `~user` at the start of a word, refused where shells differ."""

from __future__ import annotations

import os
import re

from pipeline_guard.shell.braces import LITERAL, QUOTED, UNSURE, Piece, Word
from pipeline_guard.shell.state import Beyond, World

_ASSIGNED = re.compile(r"[A-Za-z_]\w*(?:\[.*\])?\+?=", re.DOTALL)


def expanded(word: Word, world: World, written: str) -> Word:
    """`~` and `~user` at the start; one further in only where bash would not expand it."""
    if not word or word[0].kind != LITERAL:
        return word
    first = "".join(_leading_literals(word))
    if _ASSIGNED.match(first) and stands_after("=:", word):
        raise Beyond(written, "a ~ inside of an assignment is read differently by each shell")
    if not first.startswith("~"):
        return word
    name, slash, _ = first.partition("/")
    if not slash and len(_leading_literals(word)) < len(word):
        return word
    home = world.cwd if name == "~+" else os.path.expanduser(name)
    if name == "~-" or home == name:
        return (Piece(written, UNSURE),)
    rest = Piece(first[len(name) :], LITERAL)
    return (Piece(home, QUOTED), rest, *word[len(_leading_literals(word)) :])


def stands_after(marks: str, word: Word) -> bool:
    """Whether a `~` stands where bash expands it in an assignment."""
    before = ""
    for piece in word:
        if piece.kind == LITERAL and piece.text.startswith("~") and before[-1:] in tuple(marks):
            return True
        before += piece.text
    return False


def _leading_literals(word: Word) -> list[str]:
    texts: list[str] = []
    for piece in word:
        if piece.kind != LITERAL:
            break
        texts.append(piece.text)
    return texts
