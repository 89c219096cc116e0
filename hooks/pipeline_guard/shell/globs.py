"""Pathname expansion: what `*`, `?` and `[…]` give now, so that every match is judged."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from pipeline_guard.shell.state import Beyond

ACTIVE = frozenset("*?[")
_MAX_MATCHES = 500
_MAX_STARS = 8
_CLASS = re.compile(r"(\[[^\]]+\])")


class Scan(NamedTuple):
    """A folder that was looked through, and the names that would match."""

    folder: str
    pattern: re.Pattern[str]

    def takes(self, path: str) -> bool:
        """Whether a file of this path, once it is there, is one more match."""
        folder, name = os.path.split(path)
        return folder == self.folder and self.pattern.fullmatch(name) is not None


def expand(parts: list[tuple[str, bool]], cwd: str, scans: list[Scan]) -> list[str]:
    """The matches of a word given as (text, is it unquoted) parts, else the word itself.

    bash leaves a pattern without a match as it is. A match that begins with `-` would be read as
    an option, so it is `Beyond`. What was looked through is added to `scans`.
    """
    parts = _merged(parts)
    written = "".join(text for text, _ in parts)
    if written.count("*") > _MAX_STARS:
        raise Beyond(written[:120], "a pattern with so many stars takes too long to match")
    matches = [""]
    for component in _components(parts):
        matches = [found for head in matches for found in _step(head, component, cwd, scans)]
        if len(matches) > _MAX_MATCHES:
            raise Beyond(written, "it matches too many files")
    if matches and any(active and _CLASS.search(text) for text, active in parts):
        raise Beyond(written, "what its character class matches depends on the locale")
    if any(match.startswith("-") for match in matches) and not written.startswith("-"):
        raise Beyond(written, "a file that it matches would be read as an option")
    return sorted(matches) or [written]


def _merged(parts: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Neighbours of one kind as one part, so that a class such as `[a]` is in one piece."""
    merged: list[tuple[str, bool]] = []
    for text, active in parts:
        if merged and merged[-1][1] == active:
            merged[-1] = (merged[-1][0] + text, active)
        else:
            merged.append((text, active))
    return merged


def _components(parts: list[tuple[str, bool]]) -> list[list[tuple[str, bool]]]:
    """The parts cut at each `/`; the slashes end the component before them."""
    components: list[list[tuple[str, bool]]] = [[]]
    for text, active in parts:
        for index, piece in enumerate(re.split(r"(?<=/)(?!/)", text)):
            if index:
                components.append([])
            if piece:
                components[-1].append((piece, active))
    return [component for component in components if component]


def _step(head: str, component: list[tuple[str, bool]], cwd: str, scans: list[Scan]) -> list[str]:
    """`head` extended by each name that the component matches in its folder."""
    text = "".join(part for part, _ in component)
    slash = text[len(text.rstrip("/")) :]
    if not any(active and ACTIVE & set(part) for part, active in component):
        return [head + text] if os.path.lexists(os.path.join(cwd, head + text)) else []
    folder = os.path.join(cwd, head)
    scan = Scan(os.path.realpath(folder), re.compile(_regex(component)))
    scans.append(scan)
    if scan.pattern.fullmatch(".."):
        raise Beyond(text, "whether it matches .. depends on the version of bash", "Use ls -A.")
    return [
        head + name + slash
        for name in _names(folder)
        if scan.pattern.fullmatch(name) and (not slash or os.path.isdir(os.path.join(folder, name)))
    ]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _regex(component: list[tuple[str, bool]]) -> str:
    is_hidden = component[0][0].startswith(".")
    return (
        ("(?s:" if is_hidden else r"(?s:(?!\.)")
        + "".join(
            _active_regex(part.rstrip("/")) if active else re.escape(part.rstrip("/"))
            for part, active in component
        )
        + ")"
    )


def _active_regex(text: str) -> str:
    """`[…]` stands for any one character here: what it holds depends on the locale."""
    pieces = _CLASS.split(text)
    return "".join("." if _CLASS.fullmatch(piece) else _plain_regex(piece) for piece in pieces)


def _plain_regex(text: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in text)
