"""Collects what a dossier tells: the reports, git, the project, the platform, the guard's log."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline_guard import audit, reports, workspace
from pipeline_guard.project import Project, healing_code, read_project
from pipeline_guard.reports import markdown
from pipeline_guard.reports import schema as schemas
from pipeline_guard.reports.read import Report
from self_heal import bauplan, unversioned
from self_heal.dossier import diff
from self_heal.dossier.diff import FileDiff
from self_heal.errors import BadInput, SelfHealError


class Evidence(NamedTuple):
    """One table before and after, as text; `after` is empty where nobody could be asked."""

    table: str
    role: str
    found: str
    before: str
    after: str


class Step(NamedTuple):
    """One tool call with the guard's verdict; `why` says what was refused and what is right."""

    at: str
    tool: str
    call: str
    decision: str
    why: str


class Mark(NamedTuple):
    """A check of the grader, in words."""

    answer: str
    what: str
    seen: str


class Healing(NamedTuple):
    """Everything the page shows. `texts` are the reports' own words by part."""

    job: str
    branch: str
    pinned: str
    classification: str
    failing: str
    guilty: tuple[str, ...]
    result: str
    texts: Mapping[str, str]
    project: Project
    files: tuple[FileDiff, ...]
    commits: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    marks: tuple[Mark, ...] = ()


def collect(folder: Path, marks: Sequence[Mark] = ()) -> Healing:
    """Read the healing in the repository (or folder) `folder`; BadInput where there is none."""
    place = workspace.find(str(folder.resolve()))
    debug = Path(place.debug)
    job = _job_report(debug)
    summary = reports.read_report(schemas.SUMMARY, str(debug / reports.SUMMARY_FILE))
    job_id = str(job.data.get("job_id", ""))
    project = read_project(place.project) if place.project else Project("", {})
    evidence, notes = _evidence(debug, job_id)
    files, commits = _code(place.repo, place.project, job_id, notes)
    changed = diff.changed_names(files)
    meta = job.data.get("metadata", {})
    return Healing(
        job_id,
        str(meta.get("branch", "")),
        str(meta.get("pinned_ref", "")),
        str(job.data.get("classification", "")),
        str(job.data.get("failing_model", {}).get("name", "")),
        tuple(n for n, m in project.models.items() if m.kind != "expectation" and n in changed),
        _words(summary, "rerun").partition("\n")[0],
        {**_texts(job), **_texts(summary)},
        project,
        files,
        commits,
        evidence,
        tuple(_steps(place.repo or place.start, job_id)),
        tuple(notes),
        tuple(marks),
    )


def _job_report(debug: Path) -> Report:
    files = sorted((debug / reports.JOB_FOLDER).glob("*.md"))
    found = reports.read_report(schemas.JOB_REPORT, str(files[-1])) if files else None
    if found is None:
        raise BadInput(f"There is no job report in {debug}: heal a job first, or name its folder.")
    return found


def _texts(report: Report | None) -> dict[str, str]:
    return {key: part.text for key, part in report.sections.items()} if report else {}


def _words(report: Report | None, key: str) -> str:
    return _texts(report).get(key, "")


def _code(
    repo: str, project: str, job: str, notes: list[str]
) -> tuple[tuple[FileDiff, ...], tuple[str, ...]]:
    """The project's changes since the first commit of the healing, and the commits' subjects.

    Without git they are those of the last rerun, as the platform has it.
    """
    if not repo:
        return _sent(project, job, notes), ()
    start = healing_code.first_commit(repo, (job[:8],))
    if not start:
        return (), ()
    folder = os.path.relpath(project, repo) if project else "."
    return diff.between(repo, start, folder), diff.commits(repo, start)


def _sent(project: str, job: str, notes: list[str]) -> tuple[FileDiff, ...]:
    try:
        rerun = unversioned.last_rerun(job, project) if project else unversioned.NONE
    except SelfHealError as error:
        notes.append(f"There is no git, and what the last rerun was sent is not known: {error}")
        return ()
    return diff.sent(project, rerun.sent)


def _evidence(debug: Path, job: str) -> tuple[tuple[Evidence, ...], list[str]]:
    notes: list[str] = []
    try:
        ref = bauplan.debug_branch(job)
    except SelfHealError as error:
        ref = ""
        notes.append(f"The platform could not be asked, so evidence after is missing: {error}")
    found = []
    for file in sorted((debug / reports.DATA_FOLDER).glob("*.md")):
        report = reports.read_report(schemas.DATA_REPORT, str(file))
        if report is not None:
            found.append(_table(report, ref))
    return tuple(found), notes


def _table(report: Report, ref: str) -> Evidence:
    """Prose says what was found; what was pasted belongs to the evidence before."""
    table = str(report.data.get("table", ""))
    blocks = report.sections["anomalies"].blocks if "anomalies" in report.sections else ()
    found = "\n".join(block.text for block in blocks if block.kind != markdown.CODE)
    pasted = [block.text for block in blocks if block.kind == markdown.CODE]
    keys = [key for key in ("schema", "row_count", "sample") if key in report.sections]
    parts = [report.sections[key].text for key in keys] + pasted
    return Evidence(
        table,
        str(report.data.get("role", "")),
        found,
        "\n\n".join(parts),
        _now(table, ref) if ref else "",
    )


def _now(table: str, ref: str) -> str:
    """Schema, number of rows and a sample at the debug branch's head, or why there are none."""
    counted = f"SELECT COUNT(*) AS n FROM {table}"
    sample = f"SELECT * FROM {table} LIMIT 20"
    try:
        told = [
            bauplan.answer("table", "get", table, "--ref", ref),
            bauplan.answer("query", "--ref", ref, counted),
            bauplan.answer("query", "--ref", ref, "--max-rows", "20", sample),
        ]
    except SelfHealError as error:
        return str(error)
    return "\n\n".join(text.strip() for text in told)


def _steps(folder: str, job: str) -> Iterator[Step]:
    """The calls of the last session in this folder that knew the job, from the guard's own log."""
    inside = [
        entry
        for entry in audit.entries()
        if entry.get("tool") and Path(str(entry["cwd"])).is_relative_to(folder)
    ]
    knew = [entry["session"] for entry in inside if job and job in str(entry["arguments"])]
    for entry in inside:
        if knew and entry["session"] == knew[-1]:
            why = " ".join(f"{saw}. {do}" for _, saw, do in entry["findings"])
            call = _call(entry["arguments"])
            yield Step(entry["at"], entry["tool"], call, entry["decision"], why)


def _call(arguments: Mapping[str, Any]) -> str:
    for key in ("command", "file_path", "skill", "pattern"):
        if key in arguments:
            return str(arguments[key])
    return ", ".join(f"{key}={value}" for key, value in arguments.items())[:400]
