"""What a look-up means for the project: the model that failed, the tables that are missing."""

from __future__ import annotations

import re

from pipeline_guard import workspace
from pipeline_guard.ledger import Line
from pipeline_guard.project import Project, read_project
from pipeline_guard.session import Session
from pipeline_guard.workspace import Workspace

_FRAME = re.compile(r'^\s*File "[^"]*", line \d+, in (\w+)', re.MULTILINE)
_NAMED = re.compile(r"(?i)\b(?:model|expectation|task|node)s?\s*[:=]?\s*[`'\"]?([\w.]+)")


def complete(line: Line, current: Session) -> Line:
    """The line with what only the project's source can tell."""
    if line["fact"] == "logs":
        text = f"{current.facts.logs.get(line['job'], '')}\n{line['text']}"
        if not current.workspace.project:
            return {**line, **_found(text, current.workspace)}
        return {**line, "model": failing_model(text, _project(current))}
    if line["fact"] == "listing":
        return {**line, "missing": missing_tables(line, _project(current))}
    return line


def chosen(lines: list[Line], place: Workspace, cwd: str) -> str:
    """The project of a session whose folder does not tell it: several lie equally near.

    It is the one that was edited first; else the one whose model the job's logs name; else the
    one that the agent has gone into.
    """
    told = ""
    for line in lines:
        if line["fact"] == "edit":
            return workspace.project_around(str(line["path"]), place.repo)
        told = str(line.get("project", told))
    return told or workspace.project_around(cwd, place.repo)


def _found(text: str, place: Workspace) -> Line:
    """The failing model and its project, where exactly one of the projects has such a model."""
    folders = workspace.projects_below(place.repo or place.start)
    named = {folder: failing_model(text, read_project(folder)) for folder in folders}
    having = [folder for folder, model in named.items() if model]
    if len(having) != 1:
        return {"model": ""}
    return {"model": named[having[0]], "project": having[0]}


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
