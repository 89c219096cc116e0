"""The project's code before a healing and after it, where there is no git.

The disk keeps the code that failed, for nothing is edited there; what `code_run` sent last in the
place of its files is the code after it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipeline_guard.project import PROJECT_FILES

if TYPE_CHECKING:
    from pipeline_guard.project.expectation_changes import Changes

_SENT = (".py", ".sql")
_SKIPPED = frozenset({"debug", "venv", "node_modules", "__pycache__"})


def on_disk(folder: str) -> Iterator[tuple[str, str]]:
    """The files that a run of this folder takes along, by their path in it."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in _SKIPPED)
        for name in sorted(names):
            if name.endswith(_SENT) or name in PROJECT_FILES:
                path = os.path.join(root, name)
                yield os.path.relpath(path, folder), _text(path)


def changed(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    """Those of the files that the disk has otherwise, or not at all."""
    known = dict(on_disk(folder))
    return {name: text for name, text in files.items() if known.get(name) != text}


def diff(folder: str, files: Mapping[str, str]) -> list[str]:
    """The lines that the files add to those on disk and take away, each with its sign."""
    import difflib

    known = dict(on_disk(folder))
    found: list[str] = []
    for name, text in sorted(files.items()):
        before, after = known.get(name, "").splitlines(), text.splitlines()
        lines = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
        found += [line for line in lines if not line.startswith("@@")]
    return found


def write(folder: str, files: Mapping[str, str], target: str) -> None:
    """Put the project into `target`, with the files in the place of its own."""
    for name, text in {**dict(on_disk(folder)), **files}.items():
        path = os.path.join(target, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)


def changes(folder: str, files: Mapping[str, str]) -> Changes:
    """What the files do to the project's expectations."""
    import tempfile

    from pipeline_guard.project import expectation_changes

    with tempfile.TemporaryDirectory(prefix="self-heal-") as place:
        before, after = os.path.join(place, "before"), os.path.join(place, "after")
        write(folder, {}, before)
        write(folder, files, after)
        return expectation_changes.compare(before, after)


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()
