"""What the skill shows, done: its commands and its Python, on a lakehouse with a failed job."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from markdown_it import MarkdownIt

from pipeline_guard.rulebook import RULES
from self_heal.documents import Shown, commands, fill
from self_heal.places import plugin_root
from self_heal.scenario import PYTHON
from self_heal.stage import Stage, run, staged

ROOT = plugin_root()
PAGES = sorted(
    [
        *(ROOT / name for name in ("SKILL.md", "README.md")),
        *(ROOT / "references").glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
BLOCKS = [
    token.content
    for page in PAGES
    for token in MarkdownIt("commonmark").parse(page.read_text("utf-8"))
    if token.type == "fence" and token.info == "python"
]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The scenario schema-drift: green, then an import, then a failed job on demo.nightly."""
    with staged("schema-drift", tmp_path / "stage") as made:
        yield made


def read(stage: Stage, *words: str) -> Any:
    done = run(["bauplan", *words, "--output", "json"], stage.repo, stage.environment)
    return json.loads(done.stdout)


def live_values(stage: Stage) -> dict[str, str]:
    """What an agent would know at the end of step 2."""
    (transaction,) = read(stage, "branch", "ls", "--name", stage.job)
    (head,) = read(stage, "commit", "demo.nightly", "--max-count", "1")
    (main,) = read(stage, "commit", "main", "--max-count", "1")
    pinned = f"demo.nightly@{head['ref']['hash']}"
    branch = "demo.debug_live"
    run(
        ["bauplan", "branch", "create", branch, "--from-ref", pinned], stage.repo, stage.environment
    )
    return {
        **dict.fromkeys(("job_id", "job id"), stage.job),
        **dict.fromkeys(("pinned_ref", "pinned ref"), pinned),
        **dict.fromkeys(("source_branch", "branch"), "demo.nightly"),
        "commit_hash": head["ref"]["hash"],
        "main_hash": main["ref"]["hash"],
        "transaction_branch": transaction["name"],
        "debug_branch": branch,
        "username": "demo",
        "ns": "nyc",
        "table": "flights",
        "col": "dep_delay",
        "dir": "pipeline",
        "date": "2026-11-22",
        "command": "run",
        "folder": str(events_folder(stage)),
    }


def events_folder(stage: Stage) -> Path:
    """A folder with a file to import."""
    folder = stage.folder / "events"
    folder.mkdir()
    pq.write_table(pa.table({"id": [1, 2]}), folder / "one.parquet")
    return folder


def shown() -> list[tuple[str, Shown]]:
    found = [(page.name, one) for page in PAGES for one in commands(page.read_text("utf-8"))]
    remedies = [(rule.key, one) for rule in RULES.values() for one in commands(rule.remedy)]
    return [*found, *remedies]


def attempt(stage: Stage, words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command; the branch that it switches to is there already."""
    if words[:2] == ["bauplan", "checkout"] and "-b" not in words:
        made = ["bauplan", "branch", "create", words[2], "--from-ref", "main", "--if-not-exists"]
        run(made, stage.repo, stage.environment)
    return run(words, stage.repo, stage.environment, check=False)


def accepted(words: list[str], done: subprocess.CompletedProcess[str]) -> bool:
    """It did what it says; of a run of broken code, that its job began."""
    started = words[1:2] == ["run"] and "started job" in done.stderr
    return done.returncode == 0 or started


def test_every_command_that_is_shown_does_what_it_says(stage: Stage):
    """Filled in from a live scenario, none is rejected by the program or by the lakehouse."""
    values = live_values(stage)
    rejected = []
    for number, (page, one) in enumerate(shown()):
        words = fill(one.text, {**values, "short_name": f"name{number}"})
        done = attempt(stage, [*words, "--help"] if one.mention else words)
        if not accepted(words, done):
            rejected.append(f"{page}:{one.line}: {one.text}: {done.stderr.strip()[:300]}")
    assert not rejected, "\n".join(rejected)


def test_every_python_block_runs_as_pipeline_code(stage: Stage):
    """Green on data as it was; on the drifted data the type guard is red."""
    assert BLOCKS
    for number, block in enumerate(BLOCKS):
        path = stage.repo / "pipeline" / f"block_{number}.py"
        path.write_text(block.replace('python("3.11")', f'python("{PYTHON}")'), encoding="utf-8")
    outcomes = {}
    for name, source in (("sound", "main"), ("drifted", "demo.nightly")):
        branch = f"demo.debug_{name}"
        words = ["bauplan", "branch", "create", branch, "--from-ref", source]
        run(words, stage.repo, stage.environment)
        words = ["bauplan", "run", "--project-dir", "pipeline", "--ref", branch, "-O", "json"]
        done = run(words, stage.repo, stage.environment, check=False)
        summary = json.loads(done.stdout)
        outcomes[name] = {task["name"]: task["outcome"] for task in summary["tasks"]}
        assert (name, summary["outcome"]) in (("sound", "SUCCESS"), ("drifted", "FAILED")), done
    assert {"carrier_delays", "test_departure_types"} <= set(outcomes["sound"])
    assert outcomes["drifted"]["test_departure_types"] == "FAILED"
