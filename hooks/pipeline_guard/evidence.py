"""Whether the reports about a failure hold, against what this session has really looked at."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pipeline_guard import memory, suggest
from pipeline_guard.context import Context


def job_report(path: str, context: Context) -> str:
    """What the job report lacks before the gate; `""` when it is valid."""
    facts = context.facts

    def check() -> str:
        from pipeline_guard import reports

        known = reports.Known(logs=facts.logs, tags=facts.tags, job=facts.job)
        return _first(reports.check_job_report(path, gate=True, known=known))

    told = [len(facts.logs.get(facts.job, "")), *sorted(facts.tags)]
    return memory.remembered("job", [path], told, check)


def data_report(table: str, context: Context) -> str:
    """What is wrong with the evidence about one table; `""` when it holds."""
    folder = os.path.join(context.workspace.debug, "data_snapshot")
    path = next((file for file in _markdown(folder) if same(_title(file), table)), "")
    if not path:
        return "it has no data report"

    def check() -> str:
        from pipeline_guard import reports

        return _first(reports.check_data_report(path))

    return memory.remembered("data", [path], [], check) or _unseen(table, path, context)


def any_data_report(context: Context) -> str:
    """What is wrong where at least one data report is wanted, whatever it is about."""
    folder = os.path.join(context.workspace.debug, "data_snapshot")
    problems = [data_report(_title(file), context) for file in _markdown(folder)]
    return next(iter(sorted(problems)), "there is no data report")


def _markdown(folder: str) -> list[str]:
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [os.path.join(folder, name) for name in names if name.endswith(".md")]


def _title(path: str) -> str:
    """The table that a report says it is about, in its first line."""
    with open(path, encoding="utf-8", errors="replace") as file:
        first = file.readline()
    return first.partition(":")[2].strip(" `\n")


def _unseen(table: str, path: str, context: Context) -> str:
    """A report about a table that this session has not looked at is no evidence."""
    facts = context.facts
    if any(same(name, table) for name in facts.missing_tables):
        return "" if _says_absent(path) else "its report does not say `not present at <ref>`"
    wanted = {suggest.hash_of(ref) for ref in (facts.working_ref, facts.result) if ref}
    looked = {suggest.hash_of(ref) for name, ref in facts.tables.items() if same(name, table)}
    return "" if wanted & looked else "it has not been looked at, at the pinned ref"


def _says_absent(path: str) -> bool:
    with open(path, encoding="utf-8", errors="replace") as file:
        return "not present at" in file.read().casefold()


def same(one: str, other: str) -> bool:
    """`ns.t` and `t` may be one table; `a.t` and `b.t` are not."""
    bare = ("." in one) != ("." in other)
    return one == other or (bare and one.rpartition(".")[2] == other.rpartition(".")[2])


def _first(problems: Sequence[object]) -> str:
    missing = [str(getattr(problem, "missing", problem)) for problem in problems]
    return missing[0] if missing else ""
