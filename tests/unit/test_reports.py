"""The three reports as contracts: what an honest agent writes passes, what is hollow does not."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_guard import reports
from pipeline_guard.reports import Known, Problem
from pipeline_guard.reports import schema as schemas
from tests.unit.report_variants import (
    CONDITIONS,
    ERROR,
    FIX,
    HOLLOW,
    HONEST,
    JOB,
    LOGS,
    PATHS,
    REF,
    ROOT_CAUSE,
    SAMPLE,
    SCHEMA,
    TEXTS,
)

Write = Callable[..., Path]
Check = Callable[..., list[Problem]]


@pytest.fixture
def debug(tmp_path: Path) -> Path:
    """A `debug/` with one valid report of each kind."""
    for kind, path in PATHS.items():
        target = tmp_path / "debug" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((TEXTS / f"{kind}.md").read_text())
    return tmp_path / "debug"


@pytest.fixture
def check(debug: Path) -> Check:
    """Checks one kind of report after `old` in it has been replaced by `new`."""

    def bend(
        kind: str, old: str = "", new: str = "", *, gate: bool = False, known: Known | None = None
    ) -> list[Problem]:
        path = debug / PATHS[kind]
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        known = known or Known()
        if kind == "job":
            return reports.check_job_report(str(path), gate=gate, known=known)
        checker = reports.check_data_report if kind == "data" else reports.check_summary
        return checker(str(path), known=known)

    return bend


def test_a_complete_healing_has_no_problems(debug: Path):
    known = Known(logs={JOB: LOGS}, job=JOB, tables=frozenset({"nyc.flights"}))
    assert reports.check_all(str(debug), known=known) == []


@pytest.mark.parametrize(("kind", "old", "new"), HONEST.values(), ids=HONEST)
def test_honest_variants_pass(check: Check, kind: str, old: str, new: str):
    known = Known(logs={JOB: LOGS}) if kind == "job" else None
    assert check(kind, old, new, known=known) == []


@pytest.mark.parametrize(("kind", "old", "new", "told"), HOLLOW.values(), ids=HOLLOW)
def test_hollow_reports_are_told_what_is_missing(
    check: Check, kind: str, old: str, new: str, told: str
):
    problems = check(kind, old, new)
    assert [problem for problem in problems if told in problem.missing], problems


@pytest.mark.parametrize("kind", PATHS)
def test_the_empty_template_is_refused_section_by_section(check: Check, kind: str):
    """Each section and field of a template that was not filled in is named."""
    schema = schemas.load({"job": "job_report", "data": "data_report", "summary": "summary"}[kind])
    headings = schemas.headings(schema)
    text = [f"# {schemas.title(schema)[1]} <job_id>"]
    for heading, key in headings.items():
        entry = schema["properties"][key]
        below = [
            f"- **{name}**: {entry['properties'][field]['x-template']}"
            for name, field in schemas.fields(schema, key).items()
        ]
        text += [f"## {heading}", *(below or [entry["x-template"]])]
    problems = check(kind, (TEXTS / f"{kind}.md").read_text(), "\n".join(text))
    assert len(problems) >= len(headings)


def test_a_problem_names_file_and_line(check: Check, debug: Path):
    (problem,) = check("job", REF, "demo.dev")
    assert problem.file == str(debug / PATHS["job"])
    assert problem.line == 11
    assert str(problem).startswith(f"{problem.file}:11: ")


def test_a_value_is_blamed_once(check: Check):
    assert len(check("data", SCHEMA, "")) == 1


def test_before_the_gate_class_and_cause_may_be_pending(check: Check):
    check("job", "\nruntime\n", "\n**Pending**\n", gate=True)
    assert check("job", ROOT_CAUSE, "pending (to be determined in step 4)\n", gate=True) == []
    assert ["still reads `pending`" in problem.missing for problem in check("job")] == [True, False]


def test_before_the_gate_nothing_else_may_be_pending(check: Check):
    assert check("job", "**: daily_delays", "**: pending", gate=True) == []
    assert check("job", REF, "pending", gate=True)


def test_a_planning_failure_may_name_no_model(check: Check):
    check("job", "\nruntime\n", "\nplanning/compilation\n")
    check("job", "- **Line**: 41\n", "- **Line**: not available\n")
    assert check("job", "**: daily_delays", "**: none (the DAG has a cycle)") == []


def test_logical_correctness_needs_no_failed_job_and_no_error_in_the_logs(check: Check):
    check("job", "\nruntime\n", "\nlogical correctness\n")
    check("job", ERROR, "The mean delay of 2013-01-01 is negative: it leaves out all delays.")
    assert check("job", "Failed", "complete", known=Known(logs={JOB: LOGS})) == []


def test_a_green_job_may_wait_for_its_classification(check: Check):
    """What the platform says of the job decides, not what the report says."""
    check("job", "\nruntime\n", "\npending\n", gate=True)
    check("job", ERROR, "The mean delay of 2013-01-01 is negative.", gate=True)
    green = Known(logs={JOB: f"Job ID: {JOB}\nStatus: Complete\n"})
    assert check("job", "Failed", "Complete", gate=True, known=green) == []
    red = Known(logs={JOB: LOGS})
    assert len(check("job", gate=True, known=red)) == 2


def test_a_blocked_healing_has_no_rerun_to_judge(check: Check):
    check("summary", "\nGreen\n", "\nFailed — blocked: the delivery is empty\n")
    assert check("summary", CONDITIONS, "Best-effort — no rerun.") == []


def test_the_error_may_stand_as_job_get_prints_it(check: Check):
    """Where nothing was logged, `job get` alone tells it, and the guard may have it as JSON."""
    told = Known(logs={JOB: '{"error": "models.py:7: Graph contains a cycle (a -> b)"}'})
    printed = "```\nError:     models.py:7: Graph contains a cycle (a -> b)\n```"
    assert check("job", ERROR, printed, known=told) == []


def test_an_error_that_is_not_in_the_logs_is_refused(check: Check):
    known = Known(logs={JOB: LOGS})
    (problem,) = check("job", "has no kernel", "found no kernel", known=known)
    assert "is not in the job's logs" in problem.missing
    assert problem.line == 14


def test_the_pinned_ref_must_be_what_the_job_read(check: Check):
    known = Known(refs={JOB: f"demo.dev@{'77aa' * 16}"})
    (problem,) = check("job", known=known)
    assert "the platform says that the job read" in problem.missing
    assert check("job", known=Known(refs={JOB: REF})) == []


def test_code_that_git_does_not_have_is_not_deterministic(check: Check):
    (problem,) = check("summary", known=Known(code={JOB: ("models.py",)}))
    assert "git has other code than what ran (models.py)" in problem.missing
    assert check("summary", known=Known(code={JOB: ()})) == []


def test_an_error_in_ones_own_words_is_refused(check: Check):
    (problem,) = check("job", ERROR, "It crashed on strings.", known=Known(logs={JOB: LOGS}))
    assert "no line of it is in the job's logs" in problem.missing


def test_a_missing_table_has_a_valid_report(check: Check):
    absent = f"not present at `{REF}`"
    check("data", SCHEMA, absent)
    check("data", "336776", absent)
    assert check("data", SAMPLE, f"{absent}\n") == []


@pytest.fixture
def commit(tmp_path: Path) -> str:
    """A git repository around `debug/`, and the abbreviated hash of a commit in it."""
    git = ("git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c")
    for words in (("init", "-q"), ("commit", "-q", "--allow-empty", "-m", "fix")):
        subprocess.run([*git, *words], check=True)
    done = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return done.stdout.strip()[:10]


def test_commits_must_be_in_git(check: Check, debug: Path, commit: str):
    known = Known(repo=str(debug.parent))
    (problem,) = check("summary", known=known)
    assert "`a1b2c3d` is not in git" in problem.missing
    assert check("summary", "`a1b2c3d`", f"`{commit}`", known=known) == []


def test_with_a_repository_nothing_is_unversioned(check: Check, debug: Path, commit: str):
    assert commit
    known = Known(repo=str(debug.parent))
    problems = check("summary", FIX, "unversioned\n```diff\n-a\n+b\n```", known=known)
    assert any("there is a git repository" in problem.missing for problem in problems)


def test_without_a_repository_the_diff_is_in_the_summary(check: Check):
    check("summary", CONDITIONS, "Best-effort — data ref pinned ✅, code is unversioned ❌.")
    assert check("summary", FIX, "Code provenance: unversioned.\n\n```diff\n-a\n+b\n```") == []


def test_unversioned_code_is_never_deterministic(check: Check):
    problems = check("summary", FIX, "unversioned\n```diff\n-a\n+b\n```")
    assert any("`Best-effort`" in problem.missing for problem in problems)


def test_the_claim_must_follow_from_the_job_report(check: Check):
    check("job", REF, "not pinned")
    (problem,) = check("summary")
    assert "the job report says `not pinned`" in problem.missing


def test_debug_holds_the_three_kinds_and_nothing_else(debug: Path):
    (debug / "notes.txt").write_text("x")
    (debug / "data_snapshot" / "flights.csv").write_text("x")
    files = {Path(problem.file).name for problem in reports.check_all(str(debug))}
    assert files == {"notes.txt", "flights.csv"}


def test_what_is_missing_as_a_whole_is_named(debug: Path):
    (debug / PATHS["summary"]).unlink()
    known = Known(job="other-job", tables=frozenset({"nyc.flights", "nyc.planes"}))
    missing = {Path(problem.file).name for problem in reports.check_all(str(debug), known=known)}
    assert missing == {"summary.md", "other-job.md", "nyc.planes.md"}


def test_a_file_that_is_no_text_is_one_problem(debug: Path):
    (debug / PATHS["data"]).write_bytes(b"\xff\xfe\x00")
    (problem,) = reports.check_data_report(str(debug / PATHS["data"]))
    assert "no UTF-8 text" in problem.missing


def test_the_values_are_valid_against_the_schema_and_plain_json(debug: Path):
    report = reports.read_report(schemas.DATA_REPORT, str(debug / PATHS["data"]))
    assert report
    assert json.loads(json.dumps(report.data)) == report.data
    assert report.data["row_count"] == 336776
    assert list(schemas.violations(schemas.DATA_REPORT, report.data)) == []
