"""The three reports as contracts: what a report must hold, and what is missing from it.

`check_*` read one file, `check_all` a whole `debug/`. Each `Problem` names file, line and what is
missing in words that the agent can act on; no problems means that the report is valid. The rules
and the stop check call these, `self-heal report check` prints them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from pipeline_guard.reports import schema as schemas
from pipeline_guard.reports.read import Path, Report, read

JOB_FOLDER = "job"
DATA_FOLDER = "data_snapshot"
SUMMARY_FILE = "summary.md"


class Problem(NamedTuple):
    """Something a report lacks; `line` counts from 1."""

    file: str
    line: int
    missing: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.missing}"


class Known(NamedTuple):
    """What is known beside the reports; what is not known is not compared.

    `logs` is what `bauplan job get` and `bauplan job logs` printed, by job id; `repo` a folder
    inside the git repository; `tags` the Bauplan tags there are; `job` the id of the job that is
    healed; `tables` the names of the tables that were inspected; `project` the project's folder;
    `refs` the data state that the platform says each job read, as `branch@hash`; `code` the files
    of each job's code that git has otherwise than they ran; `sent` the files of the last rerun that
    the disk has otherwise, where there is no repository.
    """

    logs: Mapping[str, str] = {}
    repo: str = ""
    tags: frozenset[str] = frozenset()
    job: str = ""
    tables: frozenset[str] = frozenset()
    project: str = ""
    refs: Mapping[str, str] = {}
    code: Mapping[str, tuple[str, ...]] = {}
    sent: Mapping[str, str] = {}


NOTHING_KNOWN = Known()


def check_job_report(
    path: str, *, gate: bool = False, known: Known = NOTHING_KNOWN
) -> list[Problem]:
    """Check `debug/job/<job id>.md`; at the gate classification and root cause may be `pending`."""
    return _check(schemas.JOB_REPORT, path, known, gate)[1]


def check_data_report(path: str, *, known: Known = NOTHING_KNOWN) -> list[Problem]:
    """Check one `debug/data_snapshot/<table>.md`."""
    return _check(schemas.DATA_REPORT, path, known)[1]


def check_summary(path: str, *, known: Known = NOTHING_KNOWN) -> list[Problem]:
    """Check `debug/summary.md`, against the job reports beside it too."""
    report, problems = _check(schemas.SUMMARY, path, known)
    if report is None:
        return problems
    from pipeline_guard.reports import together as reports_together

    folder = os.path.join(os.path.dirname(path), JOB_FOLDER)
    jobs = [read_report(schemas.JOB_REPORT, file) for file in _markdown(folder)]
    found = reports_together.summary_faults(report, [job for job in jobs if job], known)
    return problems + [Problem(path, report.line(where), words) for where, words in found]


def check_all(debug: str, *, known: Known = NOTHING_KNOWN) -> list[Problem]:
    """Check everything in `debug/`: the reports, their number, and that nothing else is there."""
    from pipeline_guard.reports import together as reports_together

    problems = [Problem(*fault) for fault in reports_together.folder_faults(debug, known)]
    for file in _markdown(os.path.join(debug, JOB_FOLDER)):
        problems += check_job_report(file, known=known)
    for file in _markdown(os.path.join(debug, DATA_FOLDER)):
        problems += check_data_report(file, known=known)
    summary = os.path.join(debug, SUMMARY_FILE)
    return problems + (check_summary(summary, known=known) if os.path.isfile(summary) else [])


def read_report(kind: str, path: str, tags: Collection[str] = ()) -> Report | None:
    """A report's values and their lines; None where the file cannot be read as text."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            return read(kind, file.read(), tags)
    except (OSError, UnicodeDecodeError):
        return None


def _check(
    kind: str, path: str, known: Known, gate: bool = False
) -> tuple[Report | None, list[Problem]]:
    report = read_report(kind, path, known.tags)
    if report is None:
        return None, [
            Problem(path, 1, "the file is missing or is no UTF-8 text: write it from the template")
        ]
    found = sorted(set(_faults(report, path, known, gate)))
    return report, [Problem(path, line, words) for line, words in found]


def _faults(report: Report, path: str, known: Known, gate: bool) -> Iterator[tuple[int, str]]:
    """Faults of form, then of content, then of truth; each value is blamed once."""
    from pipeline_guard.reports import hollow as reports_hollow
    from pipeline_guard.reports import truth as reports_truth

    yield from report.faults
    blamed: set[Path] = set()
    for where, line, words in reports_hollow.faults(report):
        if not (gate and _may_wait(report, where)):
            blamed.add(where)
            yield line, words
    for where, words in schemas.violations(report.kind, report.data):
        if where and not _related(where, blamed) and not (gate and _may_wait(report, where)):
            blamed.add(where)
            yield report.line(where), f"{_name(report, where)}: {words}"
    for where, words in reports_truth.faults(report, path, known):
        if not _related(where, blamed) and not (gate and _may_wait(report, where)):
            yield report.line(where), words


def _may_wait(report: Report, where: Path) -> bool:
    """Whether it is one of the two values that may read `pending` before the gate, and does."""
    if report.kind != schemas.JOB_REPORT or where not in (("classification",), ("root_cause",)):
        return False
    return str(report.data.get(where[0], "")).strip("*_` .").lower().startswith("pending")


def _related(where: Path, blamed: set[Path]) -> bool:
    """Whether the value, a part of it or what holds it has been blamed already."""
    return any(path[: len(where)] == where or where[: len(path)] == path for path in blamed)


def _name(report: Report, where: Path) -> str:
    part = report.sections.get(where[0])
    return f"`{part.heading}`" if part else "the title"


def _markdown(folder: str) -> list[str]:
    if not os.path.isdir(folder):
        return []
    return [
        os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".md")
    ]
