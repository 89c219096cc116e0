"""What the placeholders of the skill's commands stand for, where no lakehouse runs."""

from __future__ import annotations

import pytest


@pytest.fixture
def example_values() -> dict[str, str]:
    """A value of the right form for each placeholder, none of which exists anywhere."""
    job, commit = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a", "8d3f" * 16
    return {
        **dict.fromkeys(("job_id", "job id"), job),
        **dict.fromkeys(("commit_hash", "main_hash"), commit),
        **dict.fromkeys(("pinned_ref", "pinned ref"), f"demo.nightly@{commit}"),
        **dict.fromkeys(("source_branch", "branch"), "demo.nightly"),
        "transaction_branch": f"demo.nightly-bpln-tx-run-20261122100000-{job}",
        "debug_branch": "demo.debug_3f0c2a9e",
        "username": "demo",
        "short_name": "3f0c2a9e",
        "ns": "nyc",
        "table": "flights",
        "col": "dep_delay",
        "dir": "pipeline",
        "date": "2026-11-22",
        "command": "run",
        "file": "pipeline/models.py",
        "folder": "/data/events",
        "what the change does": "Cast dep_delay",
        "root_cause": "schema drift",
    }
