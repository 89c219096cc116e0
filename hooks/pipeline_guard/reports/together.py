"""The reports as a set: what lies in `debug/`, and what the summary says of the job report."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline_guard.reports import values
from pipeline_guard.reports.read import Path, Report

if TYPE_CHECKING:
    from pipeline_guard.reports import Known


def folder_faults(debug: str, known: Known) -> Iterator[tuple[str, int, str]]:
    """Reports that are missing, and files that are none of the three kinds."""
    names = set(_files(debug))
    jobs = {name for name in names if os.path.dirname(name) == "job" and name.endswith(".md")}
    tables = {n for n in names if os.path.dirname(n) == "data_snapshot" and n.endswith(".md")}
    wanted = f"job/{known.job or '<job id>'}.md"
    if not jobs or (known.job and wanted not in jobs):
        yield os.path.join(debug, wanted), 1, "the job report is missing"
    for table in sorted(known.tables):
        if not any(_about(name, table) for name in tables):
            yield (
                os.path.join(debug, "data_snapshot", f"{table}.md"),
                1,
                f"the data report of `{table}` is missing",
            )
    if "summary.md" not in names:
        yield os.path.join(debug, "summary.md"), 1, "the summary is missing"
    for name in sorted(names - jobs - tables - {"summary.md"}):
        yield (
            os.path.join(debug, name),
            1,
            "no report: debug/ holds job/, data_snapshot/ and summary.md only",
        )


def _about(name: str, table: str) -> bool:
    """Whether a data report's file is named after the table, by its full name or its short one."""
    stem = os.path.basename(name).removesuffix(".md")
    return stem == table or stem.endswith(f".{table}") or table.endswith(f".{stem}")


def _files(debug: str) -> Iterator[str]:
    for folder, _, files in os.walk(debug):
        for name in files:
            yield os.path.relpath(os.path.join(folder, name), debug).replace(os.sep, "/")


def summary_faults(
    summary: Report, jobs: Sequence[Report], known: Known
) -> Iterator[tuple[Path, str]]:
    """The summary is about one of the jobs, and claims no more than its job report allows."""
    if not jobs or "job" not in summary.sections:
        return
    text = summary.sections["job"].text
    ids = [str(job.data.get("job_id", "")) for job in jobs]
    named = next((job for job, name in zip(jobs, ids, strict=True) if name and name in text), None)
    if named is None:
        yield ("job",), f"it names no job that has a report: {', '.join(map(_quoted, ids))}"
        return
    meta = named.data.get("metadata", {})
    if meta.get("branch") and meta["branch"] not in text:
        yield ("job",), f"it does not name the branch the job failed on: `{meta['branch']}`"
    claim = summary.data.get("determinism")
    if meta.get("pinned_ref") == values.NOT_PINNED and claim == "deterministic":
        yield ("determinism",), "the job report says `not pinned`: the rerun is `Best-effort`"
    if claim == "deterministic" and (files := known.code.get(str(named.data["job_id"]))):
        yield ("determinism",), f"git has other code than what ran ({', '.join(files)})"
    if known.project and (known.repo or known.sent):
        yield from _unjustified(summary, named, known)


def _unjustified(summary: Report, job: Report, known: Known) -> Iterator[tuple[Path, str]]:
    """Expectations that were there before the healing and are weaker, other or gone now."""
    from pipeline_guard.project import healing_code, sent

    pinned = str(job.data.get("metadata", {}).get("pinned_ref", "")).partition("@")[2]
    marks = (str(job.data["job_id"])[:8], pinned[:8])
    changes = (
        healing_code.changes(known.repo, known.project, marks)
        if known.repo
        else sent.changes(known.project, known.sent)
    )
    told = "\n".join(part.text for part in summary.sections.values())
    for what, names in (("changed", changes.changed), ("deleted", changes.deleted)):
        for name in names:
            if name not in told:
                yield ("prevention",), f"the expectation `{name}` was {what}: name it and say why"


def _quoted(text: str) -> str:
    return f"`{text}`"
