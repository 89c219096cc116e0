"""What a look-up means for the project: the model that failed, the tables that are missing."""

from __future__ import annotations

import re

from pipeline_guard.ledger import Line
from pipeline_guard.project import Project, read_project
from pipeline_guard.session import Session

_FRAME = re.compile(r'^\s*File "[^"]*", line \d+, in (\w+)', re.MULTILINE)
_NAMED = re.compile(r"(?i)\b(?:model|expectation|task|node)s?\s*[:=]?\s*[`'\"]?([\w.]+)")


def complete(line: Line, current: Session) -> Line:
    """The line with what only the project's source can tell."""
    if line["fact"] == "logs":
        error = current.facts.logs.get(line["job"], "")
        return {**line, "model": failing_model(f"{error}\n{line['text']}", _project(current))}
    if line["fact"] == "listing":
        return {**line, "missing": missing_tables(line, _project(current))}
    return line


def failing_model(text: str, project: Project | None) -> str:
    """The model that an error names; `""` when it names none, as a planning failure may."""
    if project is None:
        return ""
    by_name = {model.name: model.name for model in project.models.values()}
    by_name |= {model.function: model.name for model in project.models.values() if model.function}
    named = [*_NAMED.findall(text), *_FRAME.findall(text)]
    found = [by_name[name.strip(".")] for name in named if name.strip(".") in by_name]
    return found[-1] if found else ""


def missing_tables(line: Line, project: Project | None) -> list[str]:
    """The tables this listing was asked for, or the project reads, and that it does not hold."""
    names = set(line["names"]) | {name.rpartition(".")[2] for name in line["names"]}
    if line["filter"]:
        return [] if line["filter"] in names else [line["filter"]]
    if project is None:
        return []
    wanted = {read.table for model in project.models.values() for read in model.inputs}
    if line["namespace"]:
        wanted = {table for table in wanted if table.partition(".")[0] == line["namespace"]}
    return sorted(wanted - names)


def _project(current: Session) -> Project | None:
    return read_project(current.workspace.project) if current.workspace.project else None
