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

TEXTS = Path(__file__).parent / "reports"
JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"
HASH = "8d3f" * 16
REF = f"demo.dev@{HASH}"
LOGS = (TEXTS / "logs.txt").read_text()
PATHS = {
    "job": f"job/{JOB}.md",
    "data": "data_snapshot/flights.md",
    "summary": "summary.md",
}

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


ROOT_CAUSE = (TEXTS / "job.md").read_text().partition("## Root Cause\n")[2]
METADATA = (TEXTS / "job.md").read_text().partition("## Metadata\n")[2].partition("\n\n")[0]
SCHEMA = (TEXTS / "data.md").read_text().partition("## Schema\n")[2].partition("\n\n")[0]
SAMPLE = (TEXTS / "data.md").read_text().partition("rows)\n")[2].partition("\n\n")[0]
ERROR = (TEXTS / "job.md").read_text().partition("Summary\n")[2].partition("\n\n")[0]
FIX = "- `a1b2c3d` Cast dep_delay to double in clean_flights (job 3f0c2a9e)"
CONDITIONS = "Deterministic — data ref pinned ✅, Git SHA a1b2c3d pinned for code ✅."


def as_table(lines: str) -> str:
    pairs = [line.removeprefix("- ").split(": ", 1) for line in lines.splitlines()]
    rows = [f"| {name} | {value} |" for name, value in pairs]
    return "\n".join(["| Field | Value |", "|---|---|", *rows])


HONEST = {
    "metadata as a table": ("job", METADATA, as_table(METADATA)),
    "metadata as plain lines": ("job", METADATA, METADATA.replace("- ", "")),
    "metadata with stars": ("job", METADATA, METADATA.replace("- ", "* ")),
    "metadata spread out": ("job", METADATA, METADATA.replace("\n", "\n\n")),
    "colon inside the bold": ("job", METADATA, METADATA.replace("**:", ":**")),
    "no bold at all": ("job", METADATA, METADATA.replace("**", "")),
    "values as code": (
        "job",
        METADATA,
        METADATA.replace(REF, f"`{REF}`").replace("demo\n", "`demo`\n"),
    ),
    "a value on its own line": ("job", f"Ref**: {REF}", f"Ref**:\n  `{REF}`"),
    "a bare hash": ("job", REF, HASH),
    "a detached ref": ("job", REF, f"@{HASH}"),
    "a tag": ("job", REF, "tag `v1.2`"),
    "a ref with a remark": ("job", REF, f"`{REF}` (parent of the job's first commit)"),
    "not pinned": ("job", REF, "Not pinned — no transaction branch and no commit property found"),
    "the status as printed": ("job", "Failed", "fail"),
    "no line known": ("job", "- **Line**: 41\n", ""),
    "a model in a namespace": ("job", "**: daily_delays", "**: `nyc.daily_delays` (Python)"),
    "classification in bold": ("job", "\nruntime\n", "\n**Runtime** — it crashed while it ran.\n"),
    "classification with label": ("job", "\nruntime\n", "\nClassification: Runtime\n"),
    "spaced slash": ("job", "\nruntime\n", "\nPlanning / compilation\n"),
    "a frame's name in the prose": (
        "job",
        "cannot average",
        "(<class 'str'> at <module>) cannot average",
    ),
    "error as indented code": ("job", ERROR, "    " + ERROR.strip("`\n").replace("\n", "\n    ")),
    "error as a quote": (
        "job",
        ERROR,
        "> Function 'mean' has no kernel matching input types (string)",
    ),
    "error after a sentence": ("job", ERROR, f"The logs end with:\n\n{ERROR}"),
    "error cut short": ("job", '    mean = pc.mean(flights["dep_delay"])', "..."),
    "closed headings": ("job", "## Root Cause", "## Root Cause ##"),
    "a heading in bold": ("job", "## Root Cause", "##  **Root Cause**"),
    "a heading in lower case": ("job", "## Failure Classification", "## Failure classification"),
    "a heading with a colon": ("job", "## Root Cause", "## Root Cause:"),
    "a numbered heading": ("job", "## Error Summary", "## 2. Error Summary"),
    "a heading with a picture": ("job", "## Error Summary", "## 🔥 Error Summary"),
    "a heading with a remark": ("job", "## Root Cause", "## Root Cause (step 4)"),
    "a sample of fewer rows": ("data", "## Sample (20 rows)", "## Sample (2 rows)"),
    "a title in lower case": ("job", "# Job Report: ", "# Job report: "),
    "a summary with capitals": ("summary", "## Rerun result", "## Rerun Result"),
    "a summary that names its job": ("summary", "Summary\n", "Summary — job 3f0c2a9e\n"),
    "the mark of an editor before it": ("job", "# Job Report", "\ufeff# Job Report"),
    "a status with a picture": ("job", "**Status**: Failed", "**Status**: ❌ Failed"),
    "count behind its query": ("data", "336776", "`SELECT COUNT(*) FROM t LIMIT 1` → **336776**"),
    "a deeper heading": ("job", ROOT_CAUSE, f"### Evidence\n{ROOT_CAUSE}"),
    "windows line ends": ("job", "\n", "\r\n"),
    "role with details": (
        "data",
        "input to failing model",
        "**Input to the failing model** (`daily_delays`)",
    ),
    "role as a list item": ("data", "input to failing model", "- Role: one level downstream"),
    "schema as a table": ("data", SCHEMA, "| column | type |\n|---|---|\n| dep_delay | string |"),
    "schema as a list": ("data", SCHEMA, "- `year`: long\n- `dep_delay`: string"),
    "count with commas": ("data", "336776", "336,776"),
    "count in bold with unit": ("data", "336776", "**336,776 rows**"),
    "count in a sentence": ("data", "336776", "The table has 336776 rows."),
    "count as pasted output": ("data", "336776", "```\nn  Int64  false\n\nn\n336776\n```"),
    "count beside its query": ("data", "336776", "`SELECT COUNT(*) AS n FROM t LIMIT 1`\n\n336776"),
    "sample as a table": ("data", SAMPLE, "| year |\n|---|\n| 2013 |"),
    "sample as JSON": ("data", SAMPLE, '```json\n[{"year": 2013, "dep_delay": "2.0"}]\n```'),
    "a sample of one row": ("data", SAMPLE, "```\nyear  dep_delay\n2013  2.0\n```"),
    "placeholders inside data": ("data", "2013  4.0", "<name>  <user>  TODO"),
    "an empty table": (
        "data",
        f"336776\n\n## Sample (20 rows)\n{SAMPLE}",
        "0\n\n## Sample (20 rows)\nNo rows.",
    ),
    "no anomalies": (
        "data",
        "`dep_delay` is a string",
        "No anomalies detected. `dep_delay` is fine",
    ),
    "summary job as a list": (
        "summary",
        f"{JOB} — failed on demo.dev at 2026",
        f"- **Job ID**: `{JOB}`\n- **Branch**: `demo.dev`\n- **Failed at**: 2026",
    ),
    "fixes as a table": ("summary", FIX, "| commit | what |\n|---|---|\n| a1b2c3d | cast it |"),
    "fix by its full hash": ("summary", "`a1b2c3d` Cast", f"{'a1b2' * 10}: Cast"),
    "determinism as a table": (
        "summary",
        CONDITIONS,
        "**Deterministic**\n\n| Condition | Status |\n|---|---|\n"
        "| Data ref pinned to commit hash | ✅ |\n| Git SHA pinned for code | ✅ |",
    ),
    "best effort with its reason": (
        "summary",
        CONDITIONS,
        "Best effort: the data ref is not pinned (❌), the Git SHA is (✅).",
    ),
    "green in bold": (
        "summary",
        "\nGreen\n",
        "\n✅ **Green** — job 77aa, full run on demo.debug_3f0c2a9e\n",
    ),
    "failed with a hyphen": ("summary", "\nGreen\n", "\nFailed - the new expectation is red\n"),
    "blocked": ("summary", "\nGreen\n", "\n**Failed** — blocked: the runner is down\n"),
}


@pytest.mark.parametrize(("kind", "old", "new"), HONEST.values(), ids=HONEST)
def test_honest_variants_pass(check: Check, kind: str, old: str, new: str):
    known = Known(logs={JOB: LOGS}) if kind == "job" else None
    assert check(kind, old, new, known=known) == []


HOLLOW = {
    "missing heading": ("job", "## Root Cause\n", "", "`## Root Cause` is missing"),
    "renamed heading": (
        "job",
        "## Error Summary",
        "## Error",
        "`## Error Summary` is missing",
    ),
    "extra heading": (
        "job",
        "## Root Cause",
        "## Notes\nx\n\n## Root Cause",
        "`## Notes` is no heading",
    ),
    "doubled heading": ("job", "## Root Cause", "## Metadata\n\n## Root Cause", "a second time"),
    "headings swapped": (
        "data",
        "## Row Count\n336776\n",
        "## Anomalies\nNo anomalies at all.\n\n## Row Count\n336776\n",
        "belongs before `## Anomalies`",
    ),
    "no title": ("job", "# Job Report", "# Report", "`# Job Report:` is missing"),
    "another job": ("job", f"# Job Report: {JOB}", "# Job Report: 11111111", "not the file's name"),
    "empty section": ("job", ROOT_CAUSE, "", "`Root Cause` is empty"),
    "hidden content": ("job", ROOT_CAUSE, f"<!-- {ROOT_CAUSE} -->", "`Root Cause` is empty"),
    "a word instead of a cause": ("job", ROOT_CAUSE, "Unknown.", "`Root Cause`"),
    "a promise": ("job", ROOT_CAUSE, "TODO: explain what went wrong here\n", "`TODO` was left"),
    "still pending": ("job", "\nruntime\n", "\npending\n", "one of: planning/compilation"),
    "cause still pending": (
        "job",
        ROOT_CAUSE,
        "Pending, it is completed in step 4 later.",
        "`pending`",
    ),
    "no class of the four": (
        "job",
        "\nruntime\n",
        "\nnetwork trouble\n",
        "found `network trouble`",
    ),
    "two classes": ("job", "\nruntime\n", "\nruntime or expectation\n", "one of: planning"),
    "all classes": (
        "job",
        "\nruntime\n",
        "\nplanning/compilation, runtime, expectation\n",
        "one of:",
    ),
    "bare branch as ref": ("job", REF, "demo.dev", "found `demo.dev`"),
    "short hash as ref": ("job", REF, "demo.dev@8d3f8d3f", "a pinned ref"),
    "hash of 63 digits": ("job", REF, REF[:-1], "a pinned ref"),
    "hash of 65 digits": ("job", REF, f"{REF}0", "a pinned ref"),
    "main as ref": ("job", REF, "main", "a pinned ref"),
    "unknown ref": ("job", REF, "unknown", "`Pinned Data Ref` is empty"),
    "no date": (
        "job",
        "2026-11-22T10:00:00Z",
        "yesterday",
        "`Metadata`: the time the job was created",
    ),
    "missing field": ("job", "- **User**: demo\n", "", "no `**User**:` line"),
    "empty field": ("job", "**User**: demo", "**User**:", "`User` is empty"),
    "placeholder in code": ("job", "**User**: demo", "**User**: `<user>`", "placeholder `<user>`"),
    "job did not fail": ("job", "Failed", "complete", "did not fail"),
    "runtime without a model": ("job", "**: daily_delays", "**: none", "name the failing model"),
    "no role of the three": ("data", "input to failing model", "culprit", "one of: input"),
    "two roles": (
        "data",
        "input to failing model",
        "input to failing model / output of failing model",
        "one of",
    ),
    "words for a count": ("data", "336776", "many rows", "exact number"),
    "a guess for a count": ("data", "336776", "about 336776", "exact number"),
    "a rounded count": ("data", "336776", "336k", "exact number"),
    "a negative count": ("data", "336776", "-5", "exact number"),
    "schema in words": ("data", SCHEMA, "Looks as it should.", "no output is pasted"),
    "schema is a placeholder": (
        "data",
        SCHEMA,
        "<Paste output of bauplan table get>",
        "template's own",
    ),
    "placeholder in a fence": (
        "data",
        SAMPLE,
        "```\n<Paste query output>\n```",
        "`Sample (20 rows)` is empty",
    ),
    "sample elsewhere": ("data", SAMPLE, "See the query output.", "no output is pasted"),
    "sample denies the count": ("data", SAMPLE, "```\nNo rows\n```", "336776 rows, but the sample"),
    "sample is a heading only": (
        "data",
        SAMPLE,
        "| year | dep_delay |\n|---|---|",
        "336776 rows, but the sample",
    ),
    "sample asks for itself": ("data", SAMPLE, "```\nPaste the query output here\n```", "is empty"),
    "schema still to do": ("data", SCHEMA, "```\nTODO\n```", "is empty"),
    "no finding": (
        "data",
        "`dep_delay` is a string at the pinned ref; it was a double before the import.",
        "None",
        "empty",
    ),
    "another table": ("data", "nyc.flights", "nyc.planes", "named `flights.md`"),
    "table without namespace": ("data", "nyc.flights", "flights", "full name"),
    "absent at a branch": (
        "data",
        f"{SCHEMA}\n\n## Row Count\n336776",
        "not present at main\n\n## Row Count\nnot present at main",
        "found `main`",
    ),
    "no commit": ("summary", FIX, "- Cast dep_delay to double", "names no commit"),
    "unversioned without diff": ("summary", FIX, "unversioned: cast dep_delay", "as a diff"),
    "claim against its words": (
        "summary",
        "data ref pinned ✅",
        "data ref ❌",
        "claims `Deterministic`",
    ),
    "best effort for nothing": (
        "summary",
        "Deterministic —",
        "Best-effort —",
        "names no unmet condition",
    ),
    "one condition only": (
        "summary",
        CONDITIONS,
        "Deterministic — data ref pinned.",
        "both conditions",
    ),
    "both claims": ("summary", "Deterministic —", "Deterministic or Best-effort —", "begins with"),
    "neither claim": ("summary", "Deterministic —", "Reproducible —", "begins with"),
    "no result": ("summary", "\nGreen\n", "\nIt works\n", "begins with `Green`"),
    "either result": ("summary", "\nGreen\n", "\nGreen or Failed\n", "begins with `Green`"),
    "failure without reason": ("summary", "\nGreen\n", "\nFailed\n", "gives its reason"),
    "block without reason": ("summary", "\nGreen\n", "\nFailed — blocked:\n", "gives its reason"),
    "another job's summary": ("summary", JOB, "77aa77aa-0000", "names no job that has a report"),
    "job without branch": ("summary", "failed on demo.dev", "failed", "does not name the branch"),
    "job without time": ("summary", " at 2026-11-22T10:00:04Z", "", "with its date"),
}


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
