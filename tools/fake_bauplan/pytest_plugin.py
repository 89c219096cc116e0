"""Pytest fixtures for whoever tests a pipeline: a lakehouse of one's own for each test.

Registered as a pytest plugin by the package; nothing heavy loads until a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fake_bauplan.lakehouse import Lakehouse
    from fake_bauplan.server import Server

SEED = 1


@pytest.fixture
def lakehouse(tmp_path: Path) -> Iterator[Lakehouse]:
    """A fresh lakehouse, in process, whose ids and keys repeat; without a socket."""
    from fake_bauplan.lakehouse import Lakehouse

    with Lakehouse(tmp_path / "lakehouse", SEED) as house:
        yield house


@pytest.fixture
def lakehouse_server(
    lakehouse: Lakehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """The lakehouse, served; `bauplan` and `bauplan.Client()` of this test talk to it.

    The test has a home folder of its own, so that no real profile is read or changed.
    """
    from fake_bauplan.server import serve

    home = tmp_path / "home"
    home.mkdir()
    with serve(lakehouse) as server:
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("BAUPLAN_API_ENDPOINT", server.endpoint)
        monkeypatch.setenv("BAUPLAN_API_KEY", lakehouse.key)
        monkeypatch.delenv("BAUPLAN_PROFILE", raising=False)
        yield server
