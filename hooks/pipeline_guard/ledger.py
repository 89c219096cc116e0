"""What one session has really done: an append-only file, and the facts folded from it.

A ledger is one JSON object a line in `sessions/<key>/ledger.jsonl`. A line counts once its
newline is on disk, so a process that is killed between any two writes leaves a readable ledger:
the next writer cuts the unfinished end off. Writers take a lock. A line that is whole and cannot
be read means that the file was damaged, and nothing is believed any more.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Line = Mapping[str, Any]


class Run(NamedTuple):
    """One `bauplan run` of this session that ended.

    `head` is the git commit that ran; without a repository `sent` holds the files that ran in
    the place of those on disk. `green` is a full, strict, transactional run on the debug branch,
    from a clean HEAD where there is one, whose job is complete.
    """

    job: str
    ref: str
    head: str
    green: bool
    sent: Mapping[str, str] = {}


class Facts(NamedTuple):
    """What is known about a session, learned only from what succeeded.

    `job` is the full id of the job that is being healed, `pinned` the data state it failed on
    as `branch@hash` (`""` while unknown), `unpinnable` says that the look-ups by transaction
    branch and by commit property found nothing and the job report says `not pinned`, and
    `working_ref` is the pinned ref or, where there is none to be had, the source branch's head
    at that moment. `result` is the state that a complete job left, which is evidence where its
    results are wrong. `hashes` are the 64-digit hashes that look-ups printed, `tags` the names that
    `tag ls` printed. `tables` maps an inspected table to the ref it was inspected at,
    `missing_tables` were looked for with `table ls` at the working ref and are not there.
    `commits` are the git commits of this session, `prompts` the person's own words, `logs` maps
    a job to what `job get` and `job logs` printed about it.
    """

    job: str = ""
    job_status: str = ""
    jobs_got: frozenset[str] = frozenset()
    jobs_logged: frozenset[str] = frozenset()
    failing_model: str = ""
    hashes: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    pinned: str = ""
    unpinnable: bool = False
    working_ref: str = ""
    source_branch: str = ""
    bauplan_branch: str = ""
    git_branch: str = ""
    missing_tables: frozenset[str] = frozenset()
    tables: Mapping[str, str] = {}
    snapshot_done: bool = False
    code_changed: bool = False
    commits: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    prompts: tuple[str, ...] = ()
    stop_refusals: int = 0
    logs: Mapping[str, str] = {}
    result: str = ""


class LedgerError(Exception):
    """The ledger cannot be read or written: until it can, a session that is on is denied."""


class _Seen(NamedTuple):
    """The ledger that this process read or wrote last: its file's stamp, and its lines."""

    path: str
    stamp: tuple[int, ...]
    lines: list[Line]


class Ledger:
    """The file of one session's facts. It is made with the first line.

    A process that judges many events reads the file again only when another one has changed it.
    """

    _seen = _Seen("", (), [])

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, "ledger.jsonl")
        self._folder = folder

    def read(self) -> list[Line]:
        """Every whole line, oldest first; none when there is no ledger yet."""
        try:
            with open(self.path, "rb") as file:
                stamp = _stamp(file.fileno())
                if self._knows(stamp):
                    return list(Ledger._seen.lines)
                content = file.read()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise LedgerError(f"The ledger {self.path} cannot be read: {error.strerror}.") from None
        whole, _, _ = content.rpartition(b"\n")
        lines = [self._parse(line, number) for number, line in enumerate(whole.splitlines(), 1)]
        Ledger._seen = _Seen(self.path, stamp, lines)
        return list(lines)

    def append(self, *lines: Line) -> None:
        """Add lines, all of them or none; a full disk leaves the ledger as it was."""
        self._add(lines)

    def go_on(self, known: int, *lines: Line) -> None:
        """Add lines, unless another hook was quicker: the ledger has more than those `known`."""
        self._add(lines, known)

    def _add(self, lines: Sequence[Line], known: int | None = None) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        text = "".join(json.dumps({"at": stamp, **line}) + "\n" for line in lines)
        try:
            lock = self._lock()
            try:
                if known is None or len(self.read()) == known:
                    self._write(text.encode())
            finally:
                os.close(lock)
        except OSError as error:
            raise LedgerError(
                f"The ledger {self.path} cannot be written: {error.strerror}."
            ) from None

    def _parse(self, line: bytes, number: int) -> Line:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or not isinstance(value.get("fact"), str):
            raise LedgerError(f"The ledger {self.path} is damaged in line {number}.")
        return value

    def _lock(self) -> int:
        """Wait for the lock; closing the handle gives it back, and so does a killed process."""
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        handle = os.open(os.path.join(self._folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        return handle

    def _knows(self, stamp: tuple[int, ...]) -> bool:
        """Whether the lines that were seen last are those of the file with this stamp."""
        return Ledger._seen.path == self.path and Ledger._seen.stamp == stamp

    def _write(self, data: bytes) -> None:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            known = self._knows(_stamp(handle))
            end = _whole_length(handle)
            os.ftruncate(handle, end)
            try:
                _write_all(handle, data, end)
            except OSError:
                os.ftruncate(handle, end)
                raise
            if known:
                added = [json.loads(line) for line in data.splitlines()]
                Ledger._seen = _Seen(self.path, _stamp(handle), [*Ledger._seen.lines, *added])
        finally:
            os.close(handle)


def _stamp(handle: int) -> tuple[int, ...]:
    """What changes with every write to a file, and when another file takes its place."""
    status = os.fstat(handle)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _whole_length(handle: int) -> int:
    """Where the last whole line ends: what follows was never finished."""
    size = os.fstat(handle).st_size
    while size:
        start = max(0, size - 65536)
        newline = os.pread(handle, size - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        size = start
    return 0


def _write_all(handle: int, data: bytes, offset: int) -> None:
    while data:
        written = os.pwrite(handle, data, offset)
        data, offset = data[written:], offset + written
