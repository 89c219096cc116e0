"""Fixtures for the lakehouse's tests: the same that the package gives to its users."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fake_bauplan.server import Server


@pytest.fixture(autouse=True)
def _cache_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Converted data is kept with the tests, not in the person's own cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path(request.config.cache.mkdir("lakehouse"))))


class Said(NamedTuple):
    """What one call of the program came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output, read as JSON."""
        return json.loads(self.out)


@pytest.fixture
def bauplan(lakehouse_server: Server) -> Callable[..., Said]:
    """Runs the real `bauplan` program against the test's lakehouse."""
    assert lakehouse_server.port

    def run(*words: str, **environment: str) -> Said:
        done = subprocess.run(
            [Path(sys.executable).with_name("bauplan"), *words],
            env={**os.environ, "RUST_BACKTRACE": "0", "NO_COLOR": "1", **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run
