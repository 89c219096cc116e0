"""What the guard reads of a repository's own files, put where a recording says that it was.

There is no history behind it: the guard reads HEAD, the last entry of its log and which files are
tracked, and asks git for anything else.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from pathlib import Path

from agent_replay.transcript import State

_LATE = 4102444800
"""A time (epoch seconds) after any session has begun: HEAD moved during this one."""
_ALIGNED = 8


def place(repo: Path, state: State) -> None:
    """Put HEAD, its log and the index there; each file but the reports is tracked."""
    git = repo / ".git"
    head = f"ref: refs/heads/{state.branch}\n" if state.branch else f"{state.commit}\n"
    write(git / "HEAD", head)
    if state.branch:
        write(git / "refs" / "heads" / state.branch, f"{state.commit}\n")
    line = f"{'0' * 40} {state.commit} Agent <agent@example.com> {_LATE} +0000\t{state.moved}\n"
    write(git / "logs" / "HEAD", line)
    files = (path.relative_to(repo) for path in repo.rglob("*") if path.is_file())
    (git / "index").write_bytes(
        _index(str(p) for p in files if p.parts[0] not in (".git", "debug"))
    )


def write(path: Path, text: str) -> None:
    """Write a file, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _index(names: Iterable[str]) -> bytes:
    """An index (git's documentation, "index-format", version 2) that names these files."""
    entries = [_entry(name.encode()) for name in sorted(names)]
    body = b"DIRC" + struct.pack(">II", 2, len(entries)) + b"".join(entries)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def _entry(name: bytes) -> bytes:
    """A file of which nothing but its name is known; it ends with one to eight zero bytes."""
    entry = struct.pack(">60xH", len(name)) + name
    return entry + bytes(_ALIGNED - len(entry) % _ALIGNED)
