"""The data folder: marked as a lakehouse's, held by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from self_heal.errors import BadInput, InTheWay

FORMAT = 1
MARKER = "lakehouse.json"
DRAFT = "lakehouse.json.draft"
LOCK = "lock"
WAY_OUT = "use another --data folder, or empty this one with `self-heal lakehouse reset`"


class Marker(NamedTuple):
    """What the folder says about itself; `opened` counts how often it was opened."""

    format: int
    opened: int


class Lock:
    """Holds a folder until it is closed or the process ends; raises InTheWay when it is held."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / LOCK).open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = self._holder()
            self.close()
            raise InTheWay(
                f"{folder} is in use by {holder}: stop it, or give another --data folder"
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def _holder(self) -> str:
        self._file.seek(0)
        return f"process {self._file.read().strip() or 'unknown'}"

    def __enter__(self) -> Lock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the next process have the folder."""
        self._file.close()


def mark(folder: Path) -> int:
    """Count one more opening of a held folder; gives the count, 1 for a new folder.

    Raises BadInput for a folder with other files, a damaged marker or another format.
    """
    opened = _marker(folder).opened + 1
    draft = folder / DRAFT
    draft.write_text(json.dumps(Marker(FORMAT, opened)._asdict()))
    draft.replace(folder / MARKER)
    return opened


def _marker(folder: Path) -> Marker:
    try:
        marker = Marker(**json.loads((folder / MARKER).read_text()))
    except FileNotFoundError:
        _check_unmarked(folder)
        return Marker(FORMAT, 0)
    except (ValueError, TypeError) as error:
        raise BadInput(f"{folder / MARKER} is damaged: {WAY_OUT}") from error
    if marker.format != FORMAT:
        raise BadInput(f"{folder} has format {marker.format}, not {FORMAT}: {WAY_OUT}")
    return marker


def _check_unmarked(folder: Path) -> None:
    others = {entry.name for entry in folder.iterdir()} - {LOCK, DRAFT}
    if others:
        raise BadInput(
            f"{folder} is no lakehouse's folder, it holds {min(others)}: give an empty or a new one"
        )


def make(folder: Path) -> None:
    """Make sure that the folder is there; raises BadInput when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadInput(f"{folder} cannot be a data folder: {error.strerror}") from error


def empty(folder: Path) -> None:
    """Delete everything in a lakehouse's folder, also a damaged one's.

    Raises BadInput, and deletes nothing, when it is no lakehouse's; InTheWay when it is in use.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder")
    if not (folder / MARKER).exists():
        _check_unmarked(folder)
    with Lock(folder):
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
