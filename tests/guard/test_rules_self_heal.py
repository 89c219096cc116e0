"""Of this project's own command line the agent has the reads, and nothing that writes elsewhere."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "line",
    [
        "self-heal reference show query",
        "self-heal reference build",
        "self-heal reference lint SKILL.md",
        "self-heal reference build --help",
        "self-heal guard status --json",
    ],
)
def test_the_reads_are_allowed(healing, line: str):
    assert healing.bash(line).decision == "allow"


@pytest.mark.parametrize(
    "line",
    [
        "self-heal reference build --output pipeline/models.py",
        "self-heal reference build --guide=/etc/motd",
        "self-heal reference build --program ./evil",
        "self-heal run --job --help",
        "self-heal lakehouse reset --data --help",
        "self-heal guard off",
    ],
)
def test_what_writes_or_runs_something_else_is_refused(healing, line: str):
    assert healing.bash(line).decision == "deny"
