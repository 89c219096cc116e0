"""Three generations of the real program on one lakehouse: every command that the skill uses.

Versions that are not installed are put under build/ once; without a registry that is a skip.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from fake_bauplan.lakehouse import Lakehouse
from tests.programs import program_of

Run = Callable[..., str]
PROJECT = "project:\n  id: 5b0c2f6e-7d0a-4c54-9c1e-3f6a2d1b8e70\n  name: trips\n"
MODELS = """
import bauplan

@bauplan.model(materialization_strategy="REPLACE")
def clean(data=bauplan.Model("trips")):
    print("cleaning", data.num_rows)
    return data

@bauplan.model()
def late(data=bauplan.Model("clean")):
    return {body}
"""


@pytest.fixture(params=["0.1.16", "0.2.0", "0.3.5"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bauplan(version: str, lakehouse_server) -> Run:
    """Runs that version's program; `fails=True` expects exit code 1. Gives all that it prints."""
    assert lakehouse_server.port
    program = program_of(version)

    def run(*words: str, fails: bool = False) -> str:
        done = subprocess.run(
            [program, *words],
            env={**os.environ, "NO_COLOR": "1", "RUST_BACKTRACE": "0"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        said = done.stdout + done.stderr
        assert done.returncode == int(fails), f"{words}: {said}"
        return said

    return run


@pytest.fixture
def source(lakehouse: Lakehouse) -> str:
    """A branch with a table of three trips; its state as `branch@hash`."""
    lakehouse.load_table("bauplan", "trips", pa.table({"id": [1, 2, 3]}))
    lakehouse.catalog.create_branch("demo.dev", "main")
    lakehouse.catalog.create_tag("start", "demo.dev")
    return str(lakehouse.catalog.resolve("demo.dev"))


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], str]:
    """Writes a project whose second model returns `body`; gives its folder."""

    def write(body: str) -> str:
        folder = tmp_path / "pipeline"
        folder.mkdir(exist_ok=True)
        running = f"{sys.version_info.major}.{sys.version_info.minor}"
        defaults = f"defaults:\n  python:\n    version: '{running}'\n"
        (folder / "bauplan_project.yml").write_text(PROJECT + defaults)
        (folder / "models.py").write_text(MODELS.format(body=body))
        return str(folder)

    return write


def test_a_failed_job_is_found_pinned_and_rerun(
    bauplan: Run, source: str, project: Callable[[str], str], lakehouse: Lakehouse
) -> None:
    """Steps 0 to 6 of the skill, in each version's own spelling of the same commands."""
    assert "demo" in bauplan("info")
    said = bauplan("run", "--project-dir", project("1 / 0"), "--ref", "demo.dev", fails=True)
    assert "ZeroDivisionError" in said
    job = job_of(bauplan("job", "ls", "--status", "fail"), lakehouse)
    assert "model 'late' failed" in bauplan("job", "get", job)
    logs = bauplan("job", "logs", job)
    assert "cleaning 3" in logs
    assert "ZeroDivisionError: division by zero" in logs
    listed = bauplan("branch", "ls", "--all-zones", "--name", "bpln-tx")
    (transaction,) = re.findall(rf"demo\.dev-bpln-tx-run-\d{{14}}-{job}", listed)
    commits = bauplan("commit", transaction, "--property", f"bpln_job_id={job}", "--format", "full")
    assert job in commits
    pinned = source.partition("@")[2]
    assert pinned in bauplan("commit", "demo.dev", "--max-count", "1")
    bauplan("branch", "create", "demo.debug_1", "--from-ref", source)
    bauplan("checkout", "demo.debug_1")
    assert "demo.debug_1" in bauplan("info")
    green = bauplan("run", "--project-dir", project("data"), "--ref", "demo.debug_1")
    assert "cleaning 3" in green
    assert "clean" in bauplan("branch", "diff", "demo.debug_1", "demo.dev")
    assert "clean" in bauplan("branch", "get", "demo.debug_1")
    assert lakehouse.catalog.resolve("demo.dev").hash == pinned


def job_of(listed: str, lakehouse: Lakehouse) -> str:
    """The full id of the one failed job; the program prints at least how it begins."""
    with lakehouse.database("jobs", "").read() as connection:
        (job,) = (row[0] for row in connection.execute("SELECT id FROM jobs WHERE status = 'FAIL'"))
    assert job[:8] in listed
    return str(job)


def test_the_data_of_a_pinned_state_is_looked_at(bauplan: Run, source: str, version: str) -> None:
    """Step 3: lists, schemas and queries, all on `branch@hash`."""
    assert version in bauplan("version")
    assert "trips" in bauplan("table", "ls", "--ref", source)
    assert re.search(r"\bid\b.*\blong\b", bauplan("table", "get", "bauplan.trips", "--ref", source))
    assert "bauplan" in bauplan("namespace", "ls", "--ref", source)
    assert "start" in bauplan("tag", "ls")
    counted = "SELECT count(*) AS n FROM bauplan.trips"
    assert re.search(r"\b3\b", bauplan("query", "--ref", source, "--max-rows", "1", counted))
    wrong = bauplan("query", "--ref", source, "SELECT nope FROM bauplan.trips", fails=True)
    assert "No field named nope" in wrong


def test_what_must_not_be_is_refused_in_words(bauplan: Run, source: str) -> None:
    """Another user's branch, a missing table, a missing job: one clear sentence each."""
    refused = bauplan("branch", "create", "other.x", "--from-ref", source, fails=True)
    assert "other.x" in refused
    assert "not found" in bauplan("table", "get", "bauplan.gone", "--ref", source, fails=True)
    assert "not found" in bauplan("job", "logs", "00000000", fails=True).lower()
