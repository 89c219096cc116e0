"""Results of queries, waiting to be fetched."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

import pyarrow as pa

KEPT = 128


class Results:
    """Tables by token; the oldest is dropped when there are too many."""

    def __init__(self) -> None:
        self._tables: OrderedDict[str, pa.Table] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, table: pa.Table) -> str:
        """Keep a table; whoever has the token may fetch it."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tables[token] = table
            while len(self._tables) > KEPT:
                self._tables.popitem(last=False)
        return token

    def get(self, token: str) -> pa.Table:
        """The table of a token; raises KeyError."""
        with self._lock:
            return self._tables[token]

    def drop(self, token: str) -> None:
        """Forget a table; an unknown token is no error."""
        with self._lock:
            self._tables.pop(token, None)
