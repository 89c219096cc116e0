"""A whole healing passes in other projects and in other orders of work than the usual one."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.guard.conftest import DATA_REPORT, DEBUG, GIT_DEBUG, JOB, JOB_REPORT, PINNED, Healing
from tests.guard.test_healing import EXPECTATION, Walk

PROJECT = "project:\n  id: a\n  name: b\n"
PYTHON = """import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11", pip={"polars": "1.8.2"})
def trips(data=bauplan.Model("raw.taxi", columns=["fare"])):
    return data


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def joined(left=bauplan.Model("trips"), zones=bauplan.Model("geo.zones")):
    return left.join(zones, "zone")


@bauplan.expectation()
@bauplan.python("3.11")
def test_fares(data=bauplan.Model("trips")):
    return True
"""
CLEAN = "-- bauplan: materialization_strategy=REPLACE\nSELECT fare FROM raw.taxi\n"
DAILY = 'SELECT d.fare, z.name FROM clean AS d JOIN "geo"."zones" AS z ON d.zone = z.id\n'


class Layout(NamedTuple):
    """A project: its files, its folder, what fails, what that reads, and the edit that heals it."""

    folder: str
    files: dict[str, str]
    failing: str
    inputs: tuple[str, ...]
    edited: str
    old: str
    new: str


FILTER = ('columns=["fare"]', 'columns=["fare"], filter="fare IS NOT NULL"')
LAYOUTS = {
    "a project at the top": Layout(
        ".",
        {"bauplan_project.yml": PROJECT, "models.py": PYTHON},
        "joined",
        ("trips", "geo.zones"),
        "models.py",
        *FILTER,
    ),
    "a project deep in a monorepo": Layout(
        "teams/data/pipelines/taxi",
        {"bauplan_project.yml": PROJECT, "models.py": PYTHON, "../../../app.py": "x = 1\n"},
        "trips",
        ("raw.taxi",),
        "models.py",
        *FILTER,
    ),
    "a project file with the other ending": Layout(
        "pipeline",
        {"bauplan_project.yaml": PROJECT, "models.py": PYTHON},
        "trips",
        ("raw.taxi",),
        "bauplan_project.yaml",
        "  name: b\n",
        "  name: b\ndefaults:\n  python_version: '3.11'\n",
    ),
    "SQL alone, two inputs that fail, quoted names": Layout(
        "sql pipeline",
        {"bauplan_project.yml": PROJECT, "clean.sql": CLEAN, "daily.sql": DAILY},
        "daily",
        ("clean", "geo.zones"),
        "clean.sql",
        "SELECT fare FROM",
        "SELECT CAST(fare AS DOUBLE) AS fare FROM",
    ),
    "an expectation that fails": Layout(
        "pipeline",
        {"bauplan_project.yml": PROJECT, "models.py": PYTHON},
        "test_fares",
        ("trips",),
        "models.py",
        *FILTER,
    ),
}


@pytest.fixture(params=LAYOUTS.values(), ids=list(LAYOUTS))
def layout(request: pytest.FixtureRequest) -> Layout:
    chosen: Layout = request.param
    return chosen


@pytest.fixture
def walk(healing: Healing, layout: Layout) -> Walk:
    """A session in a repository that holds this project alone."""
    healing.git("rm", "-rq", "pipeline")
    healing.project = (healing.folder / layout.folder).resolve()
    for name, text in layout.files.items():
        healing.write(f"{layout.folder}/{name}", text)
    healing.git("add", "-A")
    healing.git("commit", "-qm", "This project")
    return Walk(healing)


def looked_up(walk: Walk, layout: Layout) -> None:
    """Job and logs are read, the pin is known."""
    walk.bash("git status && bauplan info 2>&1 | head -30")
    walk.bash(f"bauplan job get {JOB}; bauplan job logs {JOB} 2>&1 | tail -50")
    text = f"Traceback\nValueError: 'mean' has no kernel matching input types (string): {JOB}"
    walk.session.inspected().knows(failing_model=layout.failing, logs={JOB: text})


def job_report(walk: Walk, layout: Layout) -> None:
    text = JOB_REPORT.format(job=JOB, pinned=PINNED).replace("daily_delays", layout.failing)
    error = "ValueError: 'mean' has no kernel matching input types (string)"
    lines = [error if "pyarrow.lib" in line else line for line in text.splitlines()]
    walk.write(f"debug/job/{JOB}.md", "\n".join(lines) + "\n")


def branches(walk: Walk) -> None:
    walk.bash(f"git switch -c {GIT_DEBUG}", git_branch=GIT_DEBUG)
    walk.bash(f"bauplan branch create {DEBUG} --from-ref {PINNED} && bauplan checkout {DEBUG}")
    walk.session.knows(bauplan_branch=DEBUG)


def evidence(walk: Walk, layout: Layout) -> None:
    """Looked at in one loop, as models do, and reported table by table."""
    tables = " ".join(layout.inputs)
    count = 'bauplan query --ref "$REF" "SELECT COUNT(*) AS n FROM $t LIMIT 1"'
    walk.bash(
        f'REF={PINNED}; for t in {tables}; do bauplan table get "$t" --ref $REF; {count}; done'
    )
    walk.session.knows(tables=dict.fromkeys(layout.inputs, PINNED))
    for table in layout.inputs:
        title = table if "." in table else f"bauplan.{table}"
        walk.write(f"debug/data_snapshot/{title}.md", DATA_REPORT.format(table=title))


ORDERS = {
    "as written": (job_report, branches, evidence),
    "branches last": (job_report, evidence, branches),
    "evidence first": (evidence, job_report, branches),
    "reports last": (branches, evidence, job_report),
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))
def test_a_healing_passes(walk: Walk, layout: Layout, order: tuple[object, ...]) -> None:
    """From the first look to the rerun with the new expectation, with no false denial."""
    walk.bash("mkdir -p debug/{job,data_snapshot}")
    looked_up(walk, layout)
    for step in order:
        step(walk) if step is branches else step(walk, layout)  # type: ignore[operator]
    path = walk.session.project / layout.edited
    fixed = walk.session.call(
        "Edit", file_path=str(path), old_string=layout.old, new_string=layout.new
    )
    assert fixed.decision == "allow", fixed
    path.write_text(path.read_text().replace(layout.old, layout.new))
    walk.session.knows(code_changed=True, snapshot_done=True)
    walk.bash(f"git add '{layout.folder}/{layout.edited}' && git commit -m 'Fix it (job {JOB})'")
    rerun(walk, layout)
    walk.write(f"{layout.folder}/expectations.py", EXPECTATION.replace("clean_flights", "trips"))
    walk.bash(f"git add -A && git commit -m 'Add data quality guard for nulls (job {JOB})'")
    rerun(walk, layout)
    walk.bash("self-heal prove 2>&1 | tail -20")


def rerun(walk: Walk, layout: Layout) -> None:
    walk.bash(f"bauplan run --project-dir '{layout.folder}' --ref {DEBUG} 2>&1 | tail -60")
    walk.bash(f"cd '{layout.folder}' && bauplan run --ref {DEBUG}")
