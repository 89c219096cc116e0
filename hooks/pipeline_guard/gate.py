"""The gate before the first edit and the first rerun: what evidence is still missing.

It opens when the job and its logs were read, the job report is valid, the debug branch was made
from the pinned ref, and each table that the failing model reads has a valid data report. Reading
reports and projects is slow, so each answer is remembered for the files' times and sizes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from pipeline_guard import evidence, suggest
from pipeline_guard.context import Context
from pipeline_guard.project import lineage


class Gap(NamedTuple):
    """What is missing, and the step that fills it."""

    saw: str
    do: str


def first_gap(context: Context) -> Gap | None:
    """The first missing piece in the order of work; None when the gate is open."""
    for gaps in (_job, _pin, _branch, _job_report, _data_reports):
        gap = next(gaps(context), None)
        if gap is not None:
            return gap
    return None


def _job(context: Context) -> Iterator[Gap]:
    facts = context.facts
    if not facts.job:
        find = suggest.quoted("bauplan", "job", "ls", "--status", "fail")
        do = f"{find}, then `bauplan job get <job id>`"
        yield Gap("no failed job has been looked at", do)
    if facts.job not in facts.jobs_got:
        yield Gap("`job get` has not been seen", suggest.quoted("bauplan", "job", "get", facts.job))
    if facts.job not in facts.jobs_logged:
        command = suggest.quoted("bauplan", "job", "logs", facts.job)
        yield Gap("the job's logs have not been read", command)


def _pin(context: Context) -> Iterator[Gap]:
    if not context.facts.working_ref:
        yield Gap("the data state that it failed on is not pinned", suggest.find_pin(context))


def _branch(context: Context) -> Iterator[Gap]:
    if not context.facts.bauplan_branch:
        make = suggest.make_bauplan_branch(context)
        yield Gap("there is no debug branch from the pinned ref", make)


def _job_report(context: Context) -> Iterator[Gap]:
    path = os.path.join(context.workspace.debug, "job", f"{context.facts.job}.md")
    problem = evidence.job_report(path, context)
    if problem:
        do = f"Complete `debug/job/{context.facts.job}.md` (classification and root cause may wait)"
        yield Gap(f"the job report is not valid: {problem}", do)


def _data_reports(context: Context) -> Iterator[Gap]:
    if context.facts.code_changed or context.facts.runs:
        return  # the gate was open; what the fix made of the model's inputs does not close it
    for table in lineage.wanted_tables(context):
        if table == lineage.ANY:
            problem, shown = evidence.any_data_report(context), "<table>"
        else:
            problem, shown = evidence.data_report(table, context), table
        if problem:
            yield Gap(f"{_reads(table)}: {problem}", _report_on(shown, context))


def _report_on(table: str, context: Context) -> str:
    """Its report, and before that a look at it, where the session has not had one."""
    report = f"`debug/data_snapshot/{table}.md`"
    ref = suggest.pinned(context)
    if any(evidence.same(name, table) and at == ref for name, at in context.facts.tables.items()):
        return f"You have looked at it: write {report}"
    look = suggest.quoted("bauplan", "table", "get", table, "--ref", ref)
    return f"Look at it ({look}) and write {report}"


def _reads(table: str) -> str:
    if table == lineage.ANY:
        return "the failing model is not in the project, and of what it reads"
    return f"`{table}`, which the failing model reads"
