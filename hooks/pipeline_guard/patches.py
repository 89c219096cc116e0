"""A patch in the `apply_patch` format -> the files it writes, moves and deletes.

    *** Begin Patch
    *** Add File: <path>        followed by lines with `+`
    *** Delete File: <path>
    *** Update File: <path>     with `*** Move to: <path>`, then chunks under `@@`
    *** End Patch

Measured with Codex 0.169.0. What does not follow the format exactly is a `BadPatch`: a lenient
reader might see other files than the one that applies the patch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_BEGIN = "*** Begin Patch"
_END = "*** End Patch"
_ADD = "*** Add File: "
_DELETE = "*** Delete File: "
_UPDATE = "*** Update File: "
_MOVE = "*** Move to: "
_END_OF_FILE = "*** End of File"
_HEADERS = (_ADD, _DELETE, _UPDATE)


class BadPatch(ValueError):
    """The text does not follow the format."""


class Change(NamedTuple):
    """What becomes of one file.

    `path` and `to` (where it is moved, `""` if nowhere) are as the patch spells them. `lines` are
    the lines of its section: the whole content of an added file, the chunks of an updated one.
    """

    kind: str
    path: str
    to: str
    lines: tuple[str, ...]


ADD, DELETE, UPDATE = "add", "delete", "update"


def read(patch: str) -> list[Change]:
    """The changes in their order; raises `BadPatch`."""
    lines = patch.strip().split("\n")
    if lines[0].rstrip() != _BEGIN or lines[-1].rstrip() != _END or len(lines) < 3:
        raise BadPatch("it does not begin and end as a patch does")
    return [_change(section) for section in _sections(lines[1:-1])]


def updated(content: str, lines: Sequence[str]) -> str | None:
    """The content after the chunks of an update; None where they do not fit exactly.

    The program that applies it then tries less exact ways: what comes out is not known here.
    """
    old = content.split("\n")
    if old[-1] == "":
        old.pop()
    new: list[str] = []
    at = 0
    for chunk in _chunks(lines):
        place = chunk.place(old, at)
        if place is None:
            return None
        new += [*old[at:place], *chunk.after]
        at = place + len(chunk.before)
    return "\n".join([*new, *old[at:], ""])


class _Chunk(NamedTuple):
    """Lines that are replaced; `context` is a line above them, `last` says they end the file."""

    context: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    last: bool

    def place(self, old: Sequence[str], at: int) -> int | None:
        """The first place from `at` on where the chunk fits."""
        if self.context:
            if self.context not in old[at:]:
                return None
            at = old.index(self.context, at) + 1
        if not self.before:
            return len(old)
        if self.last:
            at = max(at, len(old) - len(self.before))
        size = len(self.before)
        places = range(at, len(old) - size + 1)
        return next((n for n in places if tuple(old[n : n + size]) == self.before), None)


def _sections(lines: Sequence[str]) -> Iterator[list[str]]:
    section: list[str] = []
    for line in lines:
        if line.startswith(_HEADERS):
            if section:
                yield section
            section = [line]
        elif section:
            section.append(line)
        else:
            raise BadPatch(f"`{line[:80]}` stands before the first file")
    yield section


def _change(section: Sequence[str]) -> Change:
    header, *lines = section
    path = header.partition(": ")[2].strip()
    if not path:
        raise BadPatch("a file has no name")
    if header.startswith(_ADD):
        return Change(ADD, path, "", tuple(_added(lines)))
    if header.startswith(_DELETE):
        if any(line.strip() for line in lines):
            raise BadPatch(f"lines follow the removal of {path}")
        return Change(DELETE, path, "", ())
    moved = lines[0].removeprefix(_MOVE).strip() if lines and lines[0].startswith(_MOVE) else ""
    rest = tuple(lines[1:] if moved else lines)
    list(_chunks(rest))
    return Change(UPDATE, path, moved, rest)


def _added(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("+"):
            raise BadPatch(f"`{line[:80]}` is no line of an added file")
        yield line[1:]


def _chunks(lines: Sequence[str]) -> Iterator[_Chunk]:
    """The chunks of one file; only the first may stand without its `@@`."""
    context, last = "", False
    body: list[str] = []
    for line in lines:
        if line == "@@" or line.startswith("@@ "):
            if body:
                yield _chunk(context, body, last)
            elif context:
                raise BadPatch("two `@@` lines follow each other")
            context, body, last = line[3:], [], False
        elif line == _END_OF_FILE and body:
            last = True
        elif last or (line and line[0] not in " +-"):
            raise BadPatch(f"`{line[:80]}` is no line of a change")
        else:
            body.append(line or " ")
    if body:
        yield _chunk(context, body, last)


def _chunk(context: str, body: Sequence[str], last: bool) -> _Chunk:
    before = tuple(line[1:] for line in body if line[0] in " -")
    after = tuple(line[1:] for line in body if line[0] in " +")
    return _Chunk(context, before, after, last)
