"""Changes of files: worked out first, shown as a difference, then made all or none."""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from self_heal.errors import NoPermission


class Change(NamedTuple):
    """What becomes of one file: its content before and after, None where it does not exist."""

    path: Path
    before: bytes | None
    after: bytes | None

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after


def content(path: Path) -> bytes | None:
    """A file's content; None when there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise NoPermission(f"{path} cannot be read: {error.strerror}.") from error


def difference(change: Change) -> str:
    """What changes in a file, in the unified form."""
    before, after = (_lines(part) for part in (change.before, change.after))
    name = str(change.path)
    old, new = (name if change.before is not None else "/dev/null"), name
    new = new if change.after is not None else "/dev/null"
    return "".join(difflib.unified_diff(before, after, old, new))


def make(changes: Sequence[Change], top: Path) -> None:
    """Make all changes; when one fails, those made before it are taken back.

    Folders below `top` that are empty afterwards go with the last file in them.
    """
    made: list[Change] = []
    try:
        for change in changes:
            _put(change.path, change.after, top)
            made.append(change)
    except OSError as error:
        for change in reversed(made):
            with contextlib.suppress(OSError):
                _put(change.path, change.before, top)
        path = error.filename or str(changes[len(made)].path)
        raise NoPermission(
            f"{path} cannot be written: {error.strerror}. Nothing was changed; "
            "check who owns that folder, or take another one with --user or --project."
        ) from error


def _lines(content: bytes | None) -> list[str]:
    text = (content or b"").decode("utf-8", "replace")
    return [line if line.endswith("\n") else f"{line}\n" for line in text.splitlines(keepends=True)]


def _put(path: Path, after: bytes | None, top: Path) -> None:
    """Write a whole file in one step, through a link and with the old one's mode; or remove it."""
    if after is None:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a folder that holds other things stays
            for folder in [f for f in path.parents if top in f.parents]:
                folder.rmdir()
        return
    real = Path(os.path.realpath(path))
    real.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
        mode = real.stat().st_mode if real.exists() else 0o644
        Path(temporary).chmod(mode & 0o7777)
        Path(temporary).replace(real)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
