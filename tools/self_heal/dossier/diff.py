"""What a healing changed in git, line by line."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pipeline_guard.project import sent as sent_files
from self_heal.errors import BadInput

_DIFF = ("diff", "--no-color", "--no-ext-diff", "--function-context")
_DEFINED = re.compile(r"\bdef (\w+)\(")


class Line(NamedTuple):
    """One line; `kind` is `added`, `removed`, `same` or `place` (where the next lines stand)."""

    kind: str
    text: str


class FileDiff(NamedTuple):
    """One file's changes."""

    name: str
    lines: tuple[Line, ...]


def between(repo: str, start: str, folder: str) -> tuple[FileDiff, ...]:
    """The changes of the files below `folder` from a commit to HEAD, whole functions shown."""
    return _read(_git(repo, *_DIFF, start, "HEAD", "--", folder))


def sent(project: str, files: Mapping[str, str]) -> tuple[FileDiff, ...]:
    """The same for files that ran in the place of those on disk, where there is no git."""
    with tempfile.TemporaryDirectory(prefix="self-heal-") as place:
        for side, given in (("before", {}), ("after", files)):
            sent_files.write(project, given, str(Path(place, side)))
        found = _read(_git(place, *_DIFF, "--no-index", "before", "after", fine=(0, 1)))
    return tuple(file._replace(name=file.name.partition("/")[2]) for file in found)


def _read(printed: str) -> tuple[FileDiff, ...]:
    found: list[tuple[str, list[Line]]] = []
    for text in printed.splitlines():
        if text.startswith("diff --git "):
            found.append((text.rpartition(" b/")[2], []))
        elif found and not text.startswith(("index ", "--- ", "+++ ", "new file", "deleted file")):
            found[-1][1].append(_line(text))
    return tuple(FileDiff(name, tuple(lines)) for name, lines in found)


def commits(repo: str, start: str) -> tuple[str, ...]:
    """Hash and subject of each commit since, oldest first."""
    log = _git(repo, "log", "--reverse", "--format=%h %s", f"{start}..HEAD")
    return tuple(log.splitlines())


def changed_names(files: Sequence[FileDiff]) -> set[str]:
    """The functions and SQL models in which a line was added or removed."""
    names = set()
    for file in files:
        path = PurePosixPath(file.name)
        names |= {path.stem} if path.suffix == ".sql" else _functions(file.lines)
    return names


def _functions(lines: Sequence[Line]) -> set[str]:
    """Whole functions are shown, so the one that a changed line is in begins above it."""
    names, current, pending = set(), "", False
    for line in lines:
        if line.kind == "place":
            current, pending = "", False
        if line.text.startswith("@"):
            current = ""  # the decorators of the next function
        if match := _DEFINED.search(line.text):
            current = match.group(1)
            names |= {current} if pending else set()
            pending = False
        if line.kind in ("added", "removed") and line.text.strip():
            names |= {current} if current else set()
            pending = not current
    return names


def _line(text: str) -> Line:
    if text.startswith("@@"):
        return Line("place", text)
    kind = {"+": "added", "-": "removed"}.get(text[:1], "same")
    return Line(kind, text[1:])


def _git(repo: str, *arguments: str, fine: Sequence[int] = (0,)) -> str:
    done = subprocess.run(
        ["git", "-C", repo, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode not in fine:
        raise BadInput(f"git {arguments[0]} in {repo} failed: {done.stderr.strip()}")
    return done.stdout
