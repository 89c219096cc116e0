"""What holds for every test."""

from __future__ import annotations

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """CI never records."""
    recording = config.getoption("--record-mode", default=None) not in (None, "none")
    if recording and os.environ.get("CI"):
        raise pytest.UsageError("CI plays cassettes and never records: leave --record-mode out")
