"""Runs one command line in a process group of its own, with a limit on time and on output."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

TIMED_OUT = 124
_BLOCK = 65_536
_LOOK = 0.1


class Ran(NamedTuple):
    """What was printed (both streams, the middle left out where it was too long), and the end."""

    text: str
    exit_code: int


class Kept:
    """The beginning and the end of a stream, whatever its length, in `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.half = limit // 2
        self.head = bytearray()
        self.tail = bytearray()
        self.left_out = 0

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        room = self.half - len(self.head)
        self.head += data[:room]
        self.tail += data[room:] if room < len(data) else b""
        if (surplus := len(self.tail) - self.half) > 0:
            del self.tail[:surplus]
            self.left_out += surplus

    def text(self) -> str:
        """What is kept, with a line that says how much is not."""
        head, tail = (bytes(part).decode(errors="replace") for part in (self.head, self.tail))
        gap = f"\n[{self.left_out} bytes left out]\n" if self.left_out else ""
        return f"{head}{gap}{tail}"


def run(
    argv: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    seconds: float,
    limit: int,
    stop: threading.Event,
) -> Ran:
    """Run it to its end, or stop it after `seconds` or when `stop` is set.

    What it left in the background is stopped too.
    """
    process = subprocess.Popen(
        list(argv),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    kept = Kept(limit)
    try:
        in_time = _follow(process, kept, time.monotonic() + seconds, stop)
    finally:
        _stop_group(process)
    if in_time:
        return Ran(kept.text(), process.returncode)
    return Ran(f"{kept.text()}\n[stopped after {seconds:g} s]", TIMED_OUT)


def _follow(
    process: subprocess.Popen[bytes], kept: Kept, deadline: float, stop: threading.Event
) -> bool:
    """Read until the program has ended; False when it has to be stopped before."""
    assert process.stdout is not None
    source = process.stdout.fileno()
    while time.monotonic() < deadline and not stop.is_set():
        ended = process.poll() is not None
        ready, _, _ = select.select([source], [], [], 0 if ended else _LOOK)
        data = os.read(source, _BLOCK) if ready else b""
        kept.add(data)
        if not data and (ended or ready):
            return _has_ended(process, deadline)
    return False


def _has_ended(process: subprocess.Popen[bytes], deadline: float) -> bool:
    """Whether the program ends in time, now that it prints no more."""
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has ended, and everything it started
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
