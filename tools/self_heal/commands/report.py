"""`self-heal report`: validates the three reports of a healing."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pipeline_guard import reports, workspace
from pipeline_guard.reports import schema as schemas
from self_heal import bauplan, job_context, remembered, unversioned
from self_heal.errors import BadInput, CheckFailed, SelfHealError


@click.group()
def report() -> None:
    """Check the reports of a healing: job report, data reports and summary."""


@report.command(
    epilog="Example: self-heal report check --json. Exit codes: 1 something missing, 4 no reports"
)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print problems and values as JSON.")
@click.option("--offline", is_flag=True, help="Do not ask the platform about the job.")
def check(folder: Path | None, as_json: bool, offline: bool) -> None:
    """Name each thing that is missing from the reports, with its file and line.

    DIR is the debug/ folder or the folder it lies in; without DIR it is the one of the git
    repository that this folder belongs to. Error summary, pinned ref and code are compared with
    what the platform knows of the job, when it can be asked.
    """
    debug = _debug_folder(folder or Path.cwd())
    found = workspace.find(str(debug.parent))
    known = reports.Known(repo=found.repo, project=found.project, tables=_inspected(debug))
    notes = ["offline: not compared with what the platform knows of the job"]
    if not offline:
        known, notes = _asked(debug, known)
    problems = reports.check_all(str(debug), known=known)
    if as_json:
        click.echo(json.dumps(_as_json(debug, problems, notes), indent=2, ensure_ascii=False))
    else:
        _print(debug, problems, notes)
    if problems:
        raise CheckFailed(
            f"{len(problems)} thing(s) missing from the reports in {_short(str(debug))}."
        )


def _debug_folder(start: Path) -> Path:
    if not start.is_dir():
        raise BadInput(f"There is no folder {start}: give the debug/ folder or the one it lies in.")
    if start.name == "debug" or (start / reports.SUMMARY_FILE).is_file():
        return start.resolve()
    debug = Path(workspace.find(str(start)).debug)
    if not debug.is_dir():
        raise BadInput(
            f"There is no {debug}: the reports are written there while a pipeline is healed."
        )
    return debug


def _inspected(debug: Path) -> frozenset[str]:
    """The tables that the healing session has looked at: its end asks for a report of each."""
    jobs = (file.stem for file in (debug / reports.JOB_FOLDER).glob("*.md"))
    return frozenset(name for job in jobs for name in remembered.of(debug.parent, job).tables)


def _asked(debug: Path, known: reports.Known) -> tuple[reports.Known, list[str]]:
    """What the platform tells of each reported job, and for each that it does not why."""
    logs, refs, code, notes = {}, {}, {}, []
    for file in sorted((debug / reports.JOB_FOLDER).glob("*.md")):
        job = file.stem
        try:
            logs[job] = "".join(
                bauplan.answer("job", what, job, timeout=30) for what in ("get", "logs")
            )
            context = job_context.read(job)
        except SelfHealError as error:
            notes.append(f"not compared with what the platform knows of the job: {error}")
            continue
        refs[job] = context.ref
        if known.repo and known.project:
            code[job] = job_context.differing(context, known.repo, known.project, (job[:8],))
    asked = known._replace(logs=logs, refs=refs, code=code)
    return (asked, notes) if known.repo else _rerun(asked, notes)


def _rerun(known: reports.Known, notes: list[str]) -> tuple[reports.Known, list[str]]:
    """What the last rerun was sent, where the project has no git."""
    if not known.project or not known.refs:
        return known, notes
    try:
        rerun = unversioned.last_rerun(next(iter(known.refs)), known.project)
    except SelfHealError as error:
        return known, [*notes, f"not compared with what the last rerun was sent: {error}"]
    return known._replace(sent=rerun.sent), notes


def _as_json(debug: Path, problems: list[reports.Problem], notes: list[str]) -> dict[str, object]:
    return {
        "folder": str(debug),
        "valid": not problems,
        "problems": [problem._asdict() for problem in problems],
        "notes": notes,
        "reports": [entry for kind, file in _files(debug) if (entry := _values(kind, file))],
    }


def _values(kind: str, file: Path) -> dict[str, object] | None:
    found = reports.read_report(kind, str(file))
    return {"file": str(file), "kind": kind, "values": found.data} if found else None


def _files(debug: Path) -> list[tuple[str, Path]]:
    jobs = [
        (schemas.JOB_REPORT, file) for file in sorted((debug / reports.JOB_FOLDER).glob("*.md"))
    ]
    data = [(schemas.DATA_REPORT, f) for f in sorted((debug / reports.DATA_FOLDER).glob("*.md"))]
    return [*jobs, *data, (schemas.SUMMARY, debug / reports.SUMMARY_FILE)]


def _print(debug: Path, problems: list[reports.Problem], notes: list[str]) -> None:
    for problem in problems:
        click.echo(f"{_short(problem.file)}:{problem.line}: {problem.missing}")
    for note in notes:
        click.echo(f"note: {note}", err=True)
    if not problems:
        click.echo(f"The reports in {_short(str(debug))} are complete.")


def _short(path: str) -> str:
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
