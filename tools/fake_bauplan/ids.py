"""Identifiers: random, or repeating from a seed.

A seeded id depends on the seed, on how often the data folder was opened, on the kind of thing and
on how many of that kind came before: kinds do not disturb one another, and a second start does not
repeat the ids of the first.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import uuid
from collections import Counter


class Ids:
    """Makes job ids, table ids and snapshot ids; safe to use from many threads."""

    def __init__(self, seed: int | None = None, epoch: int = 0) -> None:
        self._root = f"{seed}/{epoch}" if seed is not None else secrets.token_hex(32)
        self._made: Counter[str] = Counter()
        self._lock = threading.Lock()

    def _digest(self, kind: str) -> bytes:
        with self._lock:
            self._made[kind] += 1
            number = self._made[kind]
        return hashlib.sha256(f"{self._root}/{kind}/{number}".encode()).digest()

    def uuid(self, kind: str) -> str:
        """A UUID in its usual form, such as a job id."""
        return str(uuid.UUID(bytes=self._digest(kind)[:16], version=4))

    def number(self, kind: str) -> int:
        """A positive 63-bit number, such as a snapshot id."""
        return int.from_bytes(self._digest(kind)[:8], "big") >> 1 or 1

    def mark(self) -> Counter[str]:
        """How many of each kind were made so far, for `rewind`."""
        with self._lock:
            return self._made.copy()

    def rewind(self, mark: Counter[str]) -> None:
        """Go back to a mark, together with the data: what follows repeats."""
        with self._lock:
            self._made = mark.copy()
