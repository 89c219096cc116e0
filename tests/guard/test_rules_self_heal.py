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
        "self-heal guard log --last 5 --denied",
        "self-heal guard explain 'git push origin main'",
        "self-heal report check --json debug",
        "self-heal prove --json",
        "self-heal",
        "self-heal --help",
        "self-heal --version",
        "self-heal run --help",
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
        "self-heal guard on",
        "self-heal guard --json off",
        "self-heal --json guard off",
        "self-heal guard check",
        "self-heal prove --ref main",
        "self-heal prove --before HEAD~3",
        "self-heal install --runtime claude",
        "self-heal uninstall",
        "self-heal run --job x",
        "self-heal demo --replace",
        "self-heal lakehouse serve",
    ],
)
def test_what_writes_or_runs_something_else_is_refused(healing, line: str):
    assert healing.bash(line).decision == "deny"
