"""Which agent process a hook runs under.

A session id may change within one conversation, the process of the agent does not. It is told
by its number and its start time, so that a number that is used again is another process.
"""

from __future__ import annotations

import os
from typing import NamedTuple

_SHELLS = frozenset(
    {"sh", "dash", "bash", "zsh", "ksh", "fish", "busybox", "guard", "env", "timeout", "nice"}
)
_MOST_ANCESTORS = 64


class Process(NamedTuple):
    """A running process: its number, its parent's, its start time and its short name."""

    pid: int
    parent: int
    started: str
    name: str

    @property
    def identity(self) -> str:
        """A text that no other process of this machine has had since it was started."""
        return f"{self.pid}.{self.started}"


def agent() -> Process | None:
    """The nearest ancestor that is no shell: the runtime that started this hook."""
    found = [process for process in ancestors() if process.name not in _SHELLS]
    return found[0] if found else None


def ancestors() -> list[Process]:
    """The parent of this process, its parent, and so on, the nearest first."""
    found: list[Process] = []
    pid = os.getppid()
    while pid > 1 and len(found) < _MOST_ANCESTORS:
        process = read(pid)
        if process is None:
            break
        found.append(process)
        pid = process.parent
    return found


def read(pid: int) -> Process | None:
    """What the system tells about a process; None when there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except FileNotFoundError:
        return None if os.path.isdir("/proc/self") else _ask_ps(pid)
    except OSError:
        return None
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    return Process(pid, int(fields[1]), fields[19], head.partition("(")[2])


def _ask_ps(pid: int) -> Process | None:
    """The same from `ps`, for systems without /proc."""
    import subprocess

    command = ["/bin/ps", "-o", "ppid=,lstart=,comm=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    fields = done.stdout.split(None, 6)
    if len(fields) < 7:
        return None
    name = os.path.basename(fields[6].strip()).lstrip("-")
    return Process(pid, int(fields[0]), "-".join(fields[1:6]).replace(":", ""), name)
