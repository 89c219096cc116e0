"""Rule 4: the gate before the first edit and the first rerun, and how a rerun must look."""

from __future__ import annotations

import os

import pytest

from pipeline_guard import gate, suggest
from pipeline_guard.context import Context
from pipeline_guard.events import BEFORE_TOOL, Event
from tests.guard.conftest import LOGS

KEY = "inspect_first"
RUN = "bauplan run --project-dir pipeline --ref demo.debug_{short}"
JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"


def keys(found) -> set[str]:
    return {finding.rule for finding in found.findings}


def gap(healing) -> str:
    event = Event("claude", BEFORE_TOOL, "s", str(healing.folder))
    found = gate.first_gap(Context(event, healing.session()))
    return "" if found is None else f"{found.saw} {found.do}"


def everything_waits(healing) -> bool:
    """Whether edits, runs and both tools that run are refused by rule 4."""
    edit = {"file_path": "pipeline/models.py", "old_string": "dep_delay", "new_string": "d"}
    sent = {"project_files": {}, "ref": "demo.debug_3f0c2a9e"}
    calls = (
        healing.bash(healing.fill(RUN)),
        healing.bash(healing.fill(RUN + " --dry-run")),
        healing.call("Edit", **edit),
        healing.call("mcp__bauplan__project_run", project_dir="pipeline", ref=sent["ref"]),
        healing.call("mcp__bauplan__code_run", **sent),
    )
    return all(KEY in keys(found) for found in calls)


def test_the_gate_opens_with_all_the_evidence(healing):
    assert gap(healing.ready()) == ""
    assert healing.bash(healing.fill(RUN)).decision == "allow"


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"job": ""}, "bauplan job ls --status fail"),
        ({"jobs_got": frozenset()}, f"bauplan job get {JOB}"),
        ({"jobs_logged": frozenset()}, f"bauplan job logs {JOB}"),
        ({"jobs_got": frozenset({"another"})}, f"bauplan job get {JOB}"),
        ({"working_ref": "", "pinned": ""}, "bpln-tx"),
        ({"bauplan_branch": ""}, "bauplan branch create demo.debug_3f0c2a9e --from-ref"),
        ({"tables": {}}, "bauplan table get clean_flights --ref demo.dev@"),
        ({"tables": {"clean_flights": "demo.dev@" + "77aa" * 16}}, "not been looked at"),
        ({"tables": {"other.flights": "demo.dev@" + "8d3f" * 16}}, "not been looked at"),
    ],
)
def test_each_missing_fact_keeps_it_shut_and_names_the_step(healing, facts, asked: str):
    healing.ready().knows(**facts)
    assert asked in gap(healing)
    assert everything_waits(healing)


@pytest.mark.parametrize(
    ("report", "old", "new"),
    [
        (f"debug/job/{JOB}.md", "", None),
        (f"debug/job/{JOB}.md", "daily_delays", ""),
        (f"debug/job/{JOB}.md", "Function 'mean' has no kernel", "Something else broke"),
        ("debug/data_snapshot/clean_flights.md", "", None),
        ("debug/data_snapshot/clean_flights.md", "336776", ""),
        ("debug/data_snapshot/clean_flights.md", "## Anomalies", ""),
        ("debug/data_snapshot/clean_flights.md", "bauplan.clean_flights", "bauplan.other"),
    ],
)
def test_a_report_that_is_missing_or_hollow_keeps_it_shut(healing, report: str, old, new):
    healing.ready()
    path = healing.folder / report
    if new is None:
        path.unlink()
    else:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    assert gap(healing)
    assert everything_waits(healing)


def test_headings_alone_are_no_report(healing):
    healing.ready()
    path = healing.folder / "debug/data_snapshot/clean_flights.md"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if line.startswith("#")))
    assert gap(healing)


def test_a_mended_report_opens_it(healing):
    healing.ready()
    path = healing.folder / "debug/data_snapshot/clean_flights.md"
    whole = path.read_text()
    path.write_text("# Data Evidence: bauplan.clean_flights\n")
    assert gap(healing)
    path.write_text(whole)
    assert not gap(healing)


NOT_MATERIALISED = """import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def base(data=bauplan.Model("nyc.flights"), more=bauplan.Model("nyc.weather")):
    return data


@bauplan.model()
@bauplan.python("3.11")
def middle(data=bauplan.Model("base"), planes=bauplan.Model("nyc.planes")):
    return data


@bauplan.model()
@bauplan.python("3.11")
def daily_delays(data=bauplan.Model("middle")):
    return data
"""


def test_an_input_that_is_not_materialised_counts_as_what_it_is_made_of(healing):
    (healing.project / "models.py").write_text(NOT_MATERIALISED)
    healing.git("commit", "-aqm", "Other models")
    healing.ready()
    assert "`base`" in gap(healing)
    assert "`nyc.planes`" in gap(healing.evidence("base"))
    assert gap(healing.evidence("nyc.planes")) == ""


def test_a_missing_table_is_evidence_when_it_was_looked_for(healing):
    healing.ready().knows(tables={})
    path = healing.folder / "debug/data_snapshot/clean_flights.md"
    absent = f"not present at `{healing.facts.pinned}`"
    text = path.read_text().partition("## Schema")[0]
    parts = ("Schema", "Row Count", "Sample (20 rows)")
    text += "".join(f"## {part}\n{absent}\n\n" for part in parts)
    path.write_text(text + "## Anomalies\nThe table is missing: the run never wrote it.\n")
    assert gap(healing)
    assert gap(healing.knows(missing_tables=frozenset({"clean_flights"}))) == ""


def test_a_planning_failure_that_names_no_model_needs_no_data_report(healing):
    healing.ready().knows(failing_model="", tables={}, logs={JOB: LOGS.replace("daily_delays", "")})
    (healing.folder / "debug/data_snapshot/clean_flights.md").unlink()
    assert gap(healing) == ""


def test_a_failure_that_names_a_model_in_its_logs_needs_the_models_data(healing):
    """The ledger may miss which model failed; then the job report has to say it."""
    healing.ready().knows(failing_model="")
    assert gap(healing) == ""
    (healing.folder / "debug/data_snapshot/clean_flights.md").unlink()
    assert "`clean_flights`" in gap(healing)
    path = healing.folder / f"debug/job/{JOB}.md"
    path.write_text(path.read_text().replace("name**: daily_delays", "name**: none"))
    assert "not in the project" in gap(healing)


def test_a_model_that_the_project_does_not_have_needs_some_evidence(healing):
    healing.ready().knows(failing_model="gone")
    assert gap(healing) == ""
    assert "not in the project" in gap(healing.knows(tables={}))
    (healing.folder / "debug/data_snapshot/clean_flights.md").unlink()
    assert "no data report" in gap(healing)


def test_data_that_cannot_be_pinned_is_worked_on_at_the_branchs_head(healing):
    healing.ready()
    healing.knows(pinned="", unpinnable=True)
    path = healing.folder / f"debug/job/{JOB}.md"
    path.write_text(path.read_text().replace(healing.facts.working_ref, "not pinned"))
    assert gap(healing) == ""
    assert suggest.hash_of(healing.facts.working_ref)


def test_once_open_the_fix_does_not_shut_it(healing):
    healing.ready().knows(code_changed=True)
    text = (healing.project / "models.py").read_text()
    (healing.project / "models.py").write_text(text.replace('"clean_flights"', '"other"'))
    assert gap(healing) == ""


def test_a_model_with_two_inputs_needs_both(healing):
    text = (healing.project / "models.py").read_text()
    both = 'data=bauplan.Model("clean_flights"), w=bauplan.Model("nyc.weather")'
    new = text.replace('data=bauplan.Model("clean_flights")', both)
    (healing.project / "models.py").write_text(new)
    healing.git("commit", "-aqm", "Weather")
    assert "`nyc.weather`" in gap(healing.ready())


LOOSE = """
bauplan run --project-dir pipeline --ref main
bauplan run --project-dir pipeline --ref demo.dev
bauplan run --project-dir pipeline --ref demo.debug_other
bauplan run --project-dir pipeline --ref demo.debug_{short}@{hash}
bauplan run --project-dir pipeline --ref {pinned}
bauplan run --project-dir pipeline
bauplan run --ref demo.debug_{short}
bauplan run --project-dir . --ref demo.debug_{short}
bauplan run --project-dir /tmp --ref demo.debug_{short}
bauplan run --project-dir pipeline/.. --ref demo.debug_{short}
bauplan run --project-dir pipeline --ref demo.debug_{short} --no-strict
bauplan run --project-dir pipeline --ref demo.debug_{short} --no-transaction
bauplan run --project-dir pipeline --ref demo.debug_{short} --dry-run --no-strict
cd /tmp && bauplan run --ref demo.debug_{short}
""".strip().splitlines()


@pytest.mark.parametrize("command", LOOSE)
def test_a_rerun_elsewhere_or_loosened_is_refused(healing, command: str):
    assert KEY in keys(healing.ready().bash(healing.fill(command)))


RERUNS = """
bauplan run --project-dir pipeline --ref demo.debug_{short}
bauplan run -p pipeline -r demo.debug_{short}
bauplan run --project-dir ./pipeline/ --ref=demo.debug_{short} --dry-run
bauplan run --project-dir pipeline --ref demo.debug_{short} --no-cache
bauplan run --project-dir pipeline --ref demo.debug_{short} --preview head
bauplan run --project-dir pipeline --ref demo.debug_{short} --detach
bauplan run --project-dir pipeline --ref demo.debug_{short} --param a=b
cd pipeline && bauplan run --ref demo.debug_{short}
bauplan run --project-dir pipeline --ref demo.debug_{short} 2>&1 | tail -50
""".strip().splitlines()


@pytest.mark.parametrize("command", RERUNS)
def test_the_rerun_on_the_debug_branch_passes(healing, command: str):
    found = healing.ready().bash(healing.fill(command))
    assert found.decision == "allow", found


@pytest.mark.parametrize(
    ("version", "options", "fine"),
    [
        ("0.1.16", "", False),
        ("0.1.16", "--strict off", False),
        ("0.1.16", "--strict on", True),
        ("0.1.16", "--strict on --transaction off", False),
        ("0.1.16", "--strict on -t off", False),
        ("0.2.0", "", False),
        ("0.2.0", "--strict", True),
        ("0.2.0", "--strict --no-transaction", False),
        ("0.3.5", "", True),
        ("0.3.5", "--no-strict", False),
        ("0.3.5", "--no-transaction", False),
    ],
)
def test_strict_and_transactional_in_the_words_of_each_version(
    healing, monkeypatch, tmp_path, version: str, options: str, fine: bool
):
    program = tmp_path / "bin" / "bauplan"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'bauplan {version} (release)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    found = healing.ready().bash(healing.fill(f"{RUN} {options}"))
    assert (found.decision == "allow") is fine, found
    if not fine:
        right = found.findings[0].do.strip("`")
        assert healing.bash(right).decision == "allow"


def test_looking_and_reporting_never_wait_for_the_gate(healing):
    healing.inspected()
    for command in ("bauplan job get {job}", "bauplan table get t --ref {pinned}", "git status"):
        assert healing.bash(healing.fill(command)).decision == "allow"
    assert healing.call("Read", file_path="pipeline/models.py").decision == "allow"


def test_a_report_is_read_once_for_each_time_and_size_of_its_file(healing):
    healing.ready()
    assert gap(healing) == ""
    path = healing.folder / f"debug/job/{JOB}.md"
    before = path.stat()
    path.write_text("x" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert gap(healing) == ""
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert "job report" in gap(healing)
