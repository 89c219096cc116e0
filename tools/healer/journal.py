"""The journal of one healing: what was said and done, in order, a JSON object a line.

It is what a resume goes on from, word for word; `recorder` writes the transcript beside it.

    start    what is healed, where, on which model, with which words
    message  what the model answered, or what it was told besides results
    call     a tool is about to run
    result   what came of it
    cut      so many of the oldest results are not sent any more
    end      how it ended; a later resume may follow

A call without a result was interrupted: nobody knows whether it took effect. A line counts once its
newline is there. One process at a time holds the file.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline_guard import home
from self_heal.errors import BadInput, InTheWay

FILE = "journal.jsonl"
VERSION = 1

Entry = Mapping[str, Any]


class Start(NamedTuple):
    """The first line: the job, the folder the tools work in, the model, the first prompt."""

    session: str
    job: str
    folder: str
    model: str
    prompt: str


def folder_of(session: str) -> Path:
    """Where one healing keeps its journal and its transcript."""
    return Path(home.folder("healings", home.file_name(session)))


def sessions() -> list[str]:
    """Every healing there is, the oldest first."""
    folder = Path(home.folder("healings"))
    found = [path for path in folder.iterdir() if (path / FILE).is_file()]
    return [path.name for path in sorted(found, key=lambda path: (path / FILE).stat().st_mtime)]


class Journal:
    """A journal, open for writing by this process alone."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.path = folder_of(session) / FILE
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._handle)
            raise InTheWay(f"The healing {session} is running in another process.") from None
        self.entries: list[Entry] = list(_read(self.path))
        os.ftruncate(self._handle, _whole(self.path))

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._handle)

    @property
    def start(self) -> Start:
        """The first line; raises BadInput when there is none."""
        first = self.entries[0] if self.entries else {}
        if first.get("entry") != "start" or first.get("version") != VERSION:
            raise BadInput(f"{self.path} does not begin as a healing's journal does.")
        return Start(*(str(first.get(name, "")) for name in Start._fields))

    def begin(self, start: Start) -> None:
        """Write the first line."""
        self.add("start", version=VERSION, **start._asdict())

    def add(self, entry: str, **values: Any) -> None:
        """Write a line, and have it on disk before anything else happens."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = {"entry": entry, "at": stamp, **values}
        os.lseek(self._handle, 0, os.SEEK_END)
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
        while data:
            data = data[os.write(self._handle, data) :]
        os.fsync(self._handle)
        self.entries.append(line)


def outcome_of(session: str) -> Entry | None:
    """The last `end` of a healing that nobody has resumed since; None while there is none."""
    last: Entry | None = None
    for entry in _read(folder_of(session) / FILE):
        last = entry
    return last if last is not None and last["entry"] == "end" else None


def started_as(session: str) -> Entry:
    """The first line of a healing's journal, `{}` where there is none yet."""
    return next(_read(folder_of(session) / FILE), {})


def _read(path: Path) -> Iterator[Entry]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.endswith(b"\n"):
                yield _parsed(line, path, number)


def _parsed(line: bytes, path: Path, number: int) -> Entry:
    try:
        value = json.loads(line.decode("utf-8", "surrogatepass"))
    except ValueError:
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("entry"), str):
        raise BadInput(f"{path}:{number} is damaged: the healing cannot be resumed.")
    return value


def _whole(path: Path) -> int:
    """Where the last finished line ends."""
    data = path.read_bytes()
    return data.rfind(b"\n") + 1
