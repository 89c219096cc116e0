"""A whole healing, call by call through steps 0-7, passes without one false denial.

The facts grow as the ledger would let them; git and the files are real.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest

from tests.guard.conftest import DATA_REPORT, HASH, JOB, JOB_REPORT, LOGS, Healing

PINNED = f"demo.dev@{HASH}"
DEBUG = "demo.debug_3f0c2a9e"
BRANCH = "debug/bpln_3f0c2a9e"
FIXED = "SELECT dep_delay FROM daily_delays\n"
EXPECTATION = '''import bauplan


@bauplan.expectation()
@bauplan.python("3.11")
def test_delay_is_a_number(data=bauplan.Model("clean_flights")):
    """An import has once turned the delays into text."""
    assert str(data.schema.field("dep_delay").type) == "double"
    return True
'''
SUMMARY = "# Self-Healing Summary\n\n## Job\nx\n"


class Walk:
    """Makes calls that must pass, and lets what they do happen."""

    def __init__(self, healing: Healing, source: str = "demo.dev") -> None:
        self.session = healing
        self.pin = f"{source}@{HASH}"
        self.source = source

    def bash(self, command: str, **learned: object) -> None:
        found = self.session.bash(command)
        assert found.decision == "allow", (command, found)
        for part in command.split(" && ") if command.startswith("git ") else ():
            if part.startswith(("git switch", "git add", "git commit")):
                self.session.git(*shlex.split(part)[1:])
        self.session.knows(**learned)

    def write(self, path: str, text: str, **learned: object) -> None:
        found = self.session.call("Write", file_path=path, content=text)
        assert found.decision == "allow", (path, found)
        self.session.write(path, text)
        self.session.knows(**learned)

    def step_0(self) -> None:
        for command in (
            "self-heal guard status",
            "bauplan info",
            "git status --short --branch",
            "git branch --show-current",
            "mkdir -p debug/{job,data_snapshot}",
        ):
            self.bash(command)

    def step_1(self) -> None:
        got = {"job": JOB, "jobs_got": frozenset({JOB}), "job_status": "Fail"}
        self.bash("bauplan job ls --status fail --limit 10")
        self.bash(f"bauplan job get {JOB}", **got)
        logs = {"failing_model": "daily_delays", "logs": {JOB: LOGS.format(job=JOB)}}
        self.bash(f"bauplan job logs {JOB} | tail -80", jobs_logged=frozenset({JOB}), **logs)
        self.bash("bauplan branch ls --name bpln-tx")
        self.bash(f"bauplan commit {self.source} --property bpln_job_id={JOB}")
        pin = {"pinned": self.pin, "working_ref": self.pin, "source_branch": self.source}
        self.bash(f"bauplan commit {self.source} --max-count 10", **pin)
        self.report()

    def report(self) -> None:
        text = JOB_REPORT.format(job=JOB, pinned=self.session.facts.pinned or "not pinned")
        self.write(f"debug/job/{JOB}.md", text)

    def step_2(self) -> None:
        ref = self.session.facts.working_ref
        made = {"bauplan_branch": DEBUG}
        self.bash(f"bauplan branch create {DEBUG} --from-ref {ref}", **made)
        self.bash(f"bauplan checkout {DEBUG}")
        if self.session.session().workspace.repo:
            self.bash(f"git switch -c {BRANCH}", git_branch=BRANCH)

    def step_3(self, *tables: str) -> None:
        ref = self.session.facts.working_ref
        self.bash(f"bauplan table ls --ref {ref}")
        for table in tables:
            self.bash(f"bauplan table get {table} --ref {ref}")
            self.bash(f'bauplan query --ref {ref} "SELECT COUNT(*) as n FROM {table}"')
            sample = f"SELECT * FROM {table} LIMIT 20"
            looked = {**self.session.facts.tables, table: ref}
            self.bash(f'bauplan query --ref {ref} --max-rows 20 "{sample}"', tables=looked)
            name = table if "." in table else f"bauplan.{table}"
            self.write(f"debug/data_snapshot/{name}.md", DATA_REPORT.format(table=name))
        self.session.call("Read", file_path="pipeline/models.py")

    def step_5(self) -> None:
        self.write("pipeline/late.sql", FIXED, code_changed=True, snapshot_done=True)
        self.bash(f"git add pipeline/late.sql && git commit -m 'Read one column (job {JOB})'")
        self.session.knows(commits=(self.session.git("rev-parse", "HEAD"),))

    def step_6(self) -> None:
        self.bash(f"bauplan run --project-dir pipeline --ref {DEBUG} --dry-run")
        self.bash(f"bauplan run --project-dir pipeline --ref {DEBUG}")
        self.bash(f"bauplan commit {DEBUG} --max-count 1")
        after = f"{DEBUG}@{'77aa' * 16}"
        self.bash(f'bauplan query --ref {after} "SELECT COUNT(*) as n FROM daily_delays"')

    def step_7(self) -> None:
        self.write("pipeline/expectations.py", EXPECTATION)
        message = f"Add data quality guard for type drift (job {JOB})"
        self.bash(f"git add pipeline/expectations.py && git commit -m '{message}'")
        self.bash(f"bauplan run --project-dir pipeline --ref {DEBUG}")
        self.bash("self-heal prove")
        self.write("debug/summary.md", SUMMARY)
        self.bash("self-heal report check")
        self.bash("git log --oneline -5")


def walk(healing: Healing, source: str = "demo.dev", tables: tuple[str, ...] = ()) -> Walk:
    """Steps 0 to 4."""
    going = Walk(healing, source)
    going.step_0()
    going.step_1()
    going.step_2()
    going.step_3(*(tables or ("clean_flights", "daily_delays", "nyc.flights")))
    return going


def finish(going: Walk) -> None:
    """Steps 5 to 7."""
    going.step_5()
    going.step_6()
    going.step_7()


@pytest.mark.parametrize("source", ["demo.dev", "main"])
def test_a_job_of_a_users_branch_or_of_main(healing, source: str):
    finish(walk(healing, source))


@pytest.mark.parametrize(
    "untidy",
    [
        lambda h: h.write("pipeline/models.py", (h.project / "models.py").read_text() + "\n"),
        lambda h: h.write("README.md", "changed\n"),
        lambda h: h.write("pipeline/new.sql", "SELECT 1\n"),
    ],
)
def test_a_dirty_tree(healing, untidy: Callable[[Healing], object]):
    untidy(healing)
    going = walk(healing)
    new = "git add pipeline && " if (healing.project / "new.sql").exists() else ""
    going.bash(f"{new}git add -u && git commit -m 'Snapshot before healing (job {JOB})'")
    finish(going)


@pytest.mark.usefixtures("healing")
def test_no_repository(tmp_path):
    bare = Healing(tmp_path / "bare")
    going = walk(bare)
    files = {path.name: path.read_text() for path in bare.project.iterdir()}
    for changed in ({"late.sql": FIXED}, {"expectations.py": EXPECTATION}):
        files |= changed
        found = bare.call("mcp__bauplan__code_run", project_files=files, ref=DEBUG)
        assert found.decision == "allow", found
        assert bare.call("mcp__bauplan__get_job", job_id=JOB).decision == "allow"
    going.write("debug/summary.md", SUMMARY)


def test_data_that_cannot_be_pinned(healing):
    going = Walk(healing)
    going.step_0()
    going.step_1()
    healing.knows(pinned="", working_ref="", unpinnable=True)
    going.report()
    going.bash("bauplan commit demo.dev --max-count 1", working_ref=PINNED)
    going.step_2()
    going.step_3("clean_flights", "daily_delays")
    finish(going)


def test_inputs_that_are_not_materialised(healing):
    text = (healing.project / "models.py").read_text()
    (healing.project / "models.py").write_text(
        text.replace('(materialization_strategy="REPLACE")', "()", 1)
    )
    healing.git("commit", "-aqm", "Not materialised")
    finish(walk(healing, tables=("nyc.flights",)))


def test_a_planning_failure_that_names_no_model(healing):
    going = Walk(healing)
    going.step_0()
    going.step_1()
    logs = LOGS.format(job=JOB).replace("daily_delays", "planning")
    healing.knows(failing_model="", logs={JOB: logs})
    text = JOB_REPORT.format(job=JOB, pinned=PINNED)
    text = text.replace("**Model name**: daily_delays", "**Model name**: none")
    going.write(f"debug/job/{JOB}.md", text)
    going.step_2()
    finish(going)


def test_a_missing_table(healing):
    going = walk(healing, tables=("daily_delays",))
    going.bash(
        f"bauplan table ls --ref {PINNED} --name clean_flights",
        missing_tables=frozenset({"clean_flights"}),
    )
    absent = f"not present at `{PINNED}`"
    parts = "".join(f"## {p}\n{absent}\n\n" for p in ("Schema", "Row Count", "Sample (20 rows)"))
    head = DATA_REPORT.format(table="bauplan.clean_flights").partition("## Schema")[0]
    found = f"{head}{parts}## Anomalies\nThe run never wrote the table.\n"
    going.write("debug/data_snapshot/clean_flights.md", found)
    finish(going)
