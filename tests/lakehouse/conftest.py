"""Fixtures for the lakehouse's tests: the same that the package gives to its users."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _cache_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Converted data is kept with the tests, not in the person's own cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path(request.config.cache.mkdir("lakehouse"))))
