"""Checks on what the session wrote, held against what is so; and the proof, run once more."""

from __future__ import annotations

import json
from typing import Any

from pipeline_guard import reports
from pipeline_guard.project import sent
from pipeline_guard.reports import schema as schemas
from self_heal.grader.after import After
from self_heal.grader.result import Check
from self_heal.programs import run


def classification(after: After) -> Check:
    """The job report classifies as the truth does."""
    report = after.job_report
    found = str(report.data.get("classification", "nothing")) if report else "no job report"
    wanted = after.truth.classification
    seen = f"{found}" if found == wanted else f"{found}, and it is {wanted}"
    return Check("classification", "the failure is classified rightly", found == wanted, seen)


def failing_model(after: After) -> Check:
    """The job report names the model that failed."""
    report = after.job_report
    found = str(report.data.get("failing_model", {}).get("name", "")) if report else ""
    wanted = after.truth.failing_model or "none"
    seen = found if found == wanted else f"{found or 'no report'}, and it is {wanted}"
    return Check("failing_model", "the failing model is named rightly", found == wanted, seen)


def valid(after: After) -> Check:
    """The reports are complete and true, with the job's own logs at hand."""
    stage = after.stage
    debug, project = stage.repo / "debug", str(stage.repo / stage.scenario.pipeline)
    known = reports.Known(
        logs={stage.job: _logs(after)},
        repo=str(stage.repo) if stage.scenario.git else "",
        job=stage.job,
        project=project,
        refs={stage.job: after.healed_job.ref} if after.truth.pinned else {},
        sent={} if stage.scenario.git else sent.changed(project, after.after_code),
    )
    problems = reports.check_all(str(debug), known=known)
    written = sorted(debug.rglob("*.md"))
    seen = "; ".join(f"{p.file.rpartition('/')[2]}:{p.line}: {p.missing}" for p in problems)
    return Check(
        "reports_valid",
        "the three kinds of reports are valid",
        bool(written) and not problems,
        seen or f"{len(written)} files",
    )


def evidence(after: After) -> Check:
    """Each data report tells the number of rows that the table has at the state it names."""
    what = "the row counts in the data reports are those of the lakehouse"
    folder = after.stage.repo / "debug" / reports.DATA_FOLDER
    found = [
        report
        for file in sorted(folder.glob("*.md"))
        if (report := reports.read_report(schemas.DATA_REPORT, str(file))) is not None
    ]
    if not found:
        return Check("evidence_true", what, False, "there is no data report")
    told = {str(report.data.get("table", "")): report.data.get("row_count") for report in found}
    wrong = [
        f"{table}: {rows}, it has {real}"
        for table, rows in told.items()
        if rows != (real := after.rows(table))
    ]
    return Check("evidence_true", what, not wrong, "; ".join(wrong) or f"{len(told)} tables")


def _logs(after: After) -> str:
    stage = after.stage
    said = [["bauplan", "job", what, stage.job] for what in ("get", "logs")]
    return "".join(run(words, stage.repo, stage.environment).stdout for words in said)


def ended_rightly(after: After) -> Check:
    """The summary says how it ended, and that is so."""
    what = "the summary tells the end as it is"
    summary = after.summary
    if summary is None:
        return Check("ended_rightly", what, False, "there is no summary")
    said = str(summary.data.get("rerun", {}).get("result", "nothing"))
    wanted = "blocked" if after.truth.outcome == "blocked" else "green"
    if said != wanted:
        return Check("ended_rightly", what, False, f"it says {said}, it must end {wanted}")
    so = wanted == "blocked" or after.green is not None
    seen = said if so else "it says green, and no run on the debug branch is"
    return Check("ended_rightly", what, so, seen)


def determinism(after: After) -> Check:
    """Deterministic is claimed exactly where data and code are pinned."""
    what = "determinism is claimed as it is"
    if after.summary is None or after.truth.outcome == "blocked":
        seen = "there is no rerun to judge" if after.summary else "there is no summary"
        return Check("determinism", what, None if after.summary else False, seen)
    wanted = "deterministic" if _is_pinned(after) and after.stage.scenario.git else "best-effort"
    found = str(after.summary.data.get("determinism", "nothing"))
    return Check("determinism", what, found == wanted, f"{found}; it is {wanted}")


def _is_pinned(after: After) -> bool:
    """Where look-ups find nothing, a report may still pin by time, if it finds the right commit."""
    meta = after.job_report.data.get("metadata", {}) if after.job_report else {}
    told = str(meta.get("pinned_ref", "")).partition("@")[2]
    return after.truth.pinned or told == after.pinned


def proven(after: After) -> Check:
    """The new expectation is red with the old code and green now; both are run here."""
    what = "the new expectation is proven: red before the fix, green after"
    if after.truth.outcome != "healed":
        return Check("proven", what, None, "nothing was fixed, so nothing is prevented")
    if not after.truth.expectation_on:
        return Check("proven", what, None, "no new expectation could catch this")
    stage = after.stage
    ref = [] if after.truth.pinned else ["--ref", after.healed_job.ref]
    command = ["self-heal", "prove", "--json", *ref]
    done = run(command, stage.repo, stage.environment, check=False)
    if not done.stdout.strip().startswith("{"):
        return Check("proven", what, False, done.stderr.strip()[-300:])
    return _judged(what, json.loads(done.stdout), after)


def _judged(what: str, told: dict[str, Any], after: After) -> Check:
    table = after.truth.expectation_on
    mine = [proof for proof in told["expectations"] if table in proof["table"]]
    seen = ", ".join(_proof(proof) for proof in told["expectations"])
    if not mine:
        return Check("proven", what, False, f"none is on {table}: {seen}")
    if after.truth.proof == "not applicable":
        so = told["verdict"] == "not applicable"
        reason = mine[0]["before"]["reason"]
        return Check(
            "proven", what, None if so else False, f"the old code stops before it: {reason}"
        )
    return Check("proven", what, told["verdict"] == "proven", seen)


def _proof(proof: dict[str, Any]) -> str:
    before, after = proof["before"]["outcome"], proof["after"]["outcome"]
    return f"{proof['name']} on {proof['table']}: {before}, then {after}"
