"""The reports as a set: what lies in `debug/`, and what the summary says of the job report."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline_guard import reports_values as values
from pipeline_guard.reports_read import Path, Report

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
        if not tables & {f"data_snapshot/{name}.md" for name in (table, table.rpartition(".")[2])}:
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


def _files(debug: str) -> Iterator[str]:
    for folder, _, files in os.walk(debug):
        for name in files:
            yield os.path.relpath(os.path.join(folder, name), debug).replace(os.sep, "/")


def summary_faults(summary: Report, jobs: Sequence[Report]) -> Iterator[tuple[Path, str]]:
    """The summary is about one of the jobs, and claims no more than its job report allows."""
    if not jobs or "job" not in summary.sections:
        return
    text = summary.sections["job"].text
    ids = [job.data.get("job_id", "") for job in jobs]
    named = next(
        (job for job in jobs if job.data.get("job_id") and job.data["job_id"] in text), None
    )
    if named is None:
        yield ("job",), f"it names no job that has a report: {', '.join(f'`{job}`' for job in ids)}"
        return
    meta = named.data.get("metadata", {})
    if meta.get("branch") and meta["branch"] not in text:
        yield ("job",), f"it does not name the branch the job failed on: `{meta['branch']}`"
    if (
        meta.get("pinned_ref") == values.NOT_PINNED
        and summary.data.get("determinism") == "deterministic"
    ):
        yield ("determinism",), "the job report says `not pinned`: the rerun is `Best-effort`"
