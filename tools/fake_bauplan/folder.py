"""The data folder: marked as a lakehouse's, held by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO, NamedTuple

from self_heal.errors import BadInput, InTheWay

FORMAT = 1
MARKER = "lakehouse.json"
LOCK = "lock"


class Marker(NamedTuple):
    """What the folder says about itself; `opened` counts how often it was opened."""

    format: int
    opened: int


class Folder:
    """A locked data folder; raises InTheWay when it is in use, BadInput when it is no lakehouse's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except (FileExistsError, NotADirectoryError, PermissionError) as error:
            raise BadInput(f"{path} cannot be a data folder: {error.strerror}") from error
        self._lock = self._hold()
        try:
            self.opened = self._open()
        except BadInput:
            self.close()
            raise

    def _hold(self) -> IO[str]:
        lock = (self.path / LOCK).open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise InTheWay(
                f"{self.path} is in use by process {holder}: stop it, or give another --data folder"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock

    def _open(self) -> int:
        opened = self._marker().opened + 1
        draft = self.path / f"{MARKER}.draft"
        draft.write_text(json.dumps(Marker(FORMAT, opened)._asdict()))
        draft.replace(self.path / MARKER)
        return opened

    def _marker(self) -> Marker:
        try:
            marker = Marker(**json.loads((self.path / MARKER).read_text()))
        except FileNotFoundError:
            return self._unmarked()
        except (ValueError, TypeError) as error:
            raise BadInput(f"{self.path / MARKER} is damaged: {_WAY_OUT}") from error
        if marker.format != FORMAT:
            raise BadInput(f"{self.path} has format {marker.format}, not {FORMAT}: {_WAY_OUT}")
        return marker

    def _unmarked(self) -> Marker:
        known = {LOCK, f"{MARKER}.draft"}
        if any(entry.name not in known for entry in self.path.iterdir()):
            raise BadInput(
                f"{self.path} holds other files and is no lakehouse's folder: give an empty one"
            )
        return Marker(FORMAT, 0)

    def close(self) -> None:
        """Let the next process have the folder."""
        self._lock.close()


_WAY_OUT = "use another --data folder, or empty this one with `self-heal lakehouse reset`"
