"""Which tables need evidence, and whether their reports hold.

What a file says is remembered in the state folder under its path, time and size, so that a call
past the gate does not read every report again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence

from pipeline_guard import home, suggest
from pipeline_guard.context import Context

_MEMORY = "evidence.json"
_MOST_REMEMBERED = 200


def job_report(path: str, context: Context) -> str:
    """What the job report lacks before the gate; `""` when it is valid."""
    facts = context.facts

    def check() -> str:
        from pipeline_guard import reports

        known = reports.Known(logs=facts.logs, tags=facts.tags, job=facts.job)
        return _first(reports.check_job_report(path, gate=True, known=known))

    told = [len(facts.logs.get(facts.job, "")), *sorted(facts.tags)]
    return _remembered("job", [path], told, check)


def data_report(table: str, context: Context) -> str:
    """What is wrong with the evidence about one table; `""` when it holds."""
    folder = os.path.join(context.workspace.debug, "data_snapshot")
    path = next((file for file in _markdown(folder) if same(_title(file), table)), "")
    if not path:
        return "it has no data report"

    def check() -> str:
        from pipeline_guard import reports

        return _first(reports.check_data_report(path))

    return _remembered("data", [path], [], check) or _unseen(table, path, context)


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
    wanted = suggest.hash_of(facts.working_ref)
    looked = (suggest.hash_of(ref) for name, ref in facts.tables.items() if same(name, table))
    return "" if wanted in looked else "it has not been looked at, at the pinned ref"


def _says_absent(path: str) -> bool:
    with open(path, encoding="utf-8", errors="replace") as file:
        return "not present at" in file.read().casefold()


def same(one: str, other: str) -> bool:
    """`ns.t` and `t` may be one table; `a.t` and `b.t` are not."""
    bare = ("." in one) != ("." in other)
    return one == other or (bare and one.rpartition(".")[2] == other.rpartition(".")[2])


def wanted_tables(context: Context) -> list[str]:
    """The tables that the failing model reads, as its source writes them.

    For an input that is not materialised, its nearest materialised ancestors. None where the
    failure names no model.
    """
    folder, model = context.workspace.project, context.facts.failing_model
    if not model or not folder:
        return []
    tables = _remembered("inputs", _sources(folder), [model], lambda: _inputs(folder, model))
    return tables.split("\n") if tables else []


def _sources(folder: str) -> list[str]:
    found = []
    for name in sorted(os.listdir(folder)):
        if name.endswith((".py", ".sql", ".yml", ".yaml")):
            found.append(os.path.join(folder, name))
    return found


def _inputs(folder: str, name: str) -> str:
    """The tables, one a line: what is not materialised is replaced by what it reads."""
    from pipeline_guard.project import read_project

    project = read_project(folder)
    start = project.models.get(name) or project.producer(name)
    waiting = [read.table for read in start.inputs] if start else []
    seen: dict[str, None] = {}
    tables: list[str] = []
    while waiting:
        table = waiting.pop(0)
        if table in seen:
            continue
        seen[table] = None
        maker = project.producer(table)
        if maker is not None and maker.materialization == "NONE":
            waiting += [read.table for read in maker.inputs]
        else:
            tables.append(table)
    return "\n".join(tables)


def _first(problems: Sequence[object]) -> str:
    missing = [str(getattr(problem, "missing", problem)) for problem in problems]
    return missing[0] if missing else ""


def _remembered(
    kind: str, files: Sequence[str], more: Sequence[object], check: Callable[[], str]
) -> str:
    key = json.dumps([kind, *files, *more])
    stamp = [_stamp(file) for file in files]
    memory = os.path.join(home.folder("cache"), _MEMORY)
    known = _load(memory)
    entry = known.get(key)
    if isinstance(entry, list) and len(entry) == 2 and entry[0] == stamp:
        return str(entry[1])
    answer = check()
    known.pop(key, None)
    kept = dict(list(known.items())[-_MOST_REMEMBERED:])
    home.replace(memory, json.dumps({**kept, key: [stamp, answer]}))
    return answer


def _stamp(file: str) -> list[int]:
    try:
        status = os.stat(file)
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_size, status.st_ino]


def _load(memory: str) -> dict[str, object]:
    try:
        with open(memory, encoding="utf-8") as file:
            known = json.load(file)
    except (OSError, ValueError):
        return {}  # nothing remembered: everything is read again
    return known if isinstance(known, dict) else {}
