"""Which tables the failing model reads: those that need evidence before anything is changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipeline_guard import memory
from pipeline_guard.context import Context

if TYPE_CHECKING:
    from pipeline_guard.project import Model, Project

ANY = "*"
"""Stands for: some table, at least one."""


def wanted_tables(context: Context) -> list[str]:
    """The tables that the failing model reads, as its source writes them.

    For an input that is not materialised, its nearest materialised ancestors. None where the
    failure names no model of the project; `ANY` where it names one that cannot be read there.
    """
    folder, facts = context.workspace.project, context.facts
    if not folder:
        return []
    report = os.path.join(context.workspace.debug, "job", f"{facts.job}.md")
    told = facts.logs.get(facts.job, "")

    def find() -> str:
        return "\n".join(_tables(folder, facts.failing_model, told, report))

    more = [facts.failing_model, len(told)]
    tables = memory.remembered("inputs", [*_sources(folder), report], more, find)
    return tables.split("\n") if tables else []


def _sources(folder: str) -> list[str]:
    names = sorted(os.listdir(folder))
    kept = [name for name in names if name.endswith((".py", ".sql", ".yml", ".yaml"))]
    return [os.path.join(folder, name) for name in kept]


def _tables(folder: str, name: str, told: str, report: str) -> list[str]:
    from pipeline_guard.project import read_project

    project = read_project(folder)
    if not name:
        if not any(_mentions(told, model) for model in project.models):
            return []
        name = _reported(report)
    model = project.models.get(name) or project.producer(name)
    return _materialised(model, project) if model is not None else [ANY]


def _mentions(text: str, word: str) -> bool:
    import re

    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _reported(path: str) -> str:
    """The failing model as the job report names it, where the logs leave it open."""
    from pipeline_guard import reports
    from pipeline_guard.reports import schema as reports_schema

    report = reports.read_report(reports_schema.JOB_REPORT, path)
    model = report.data.get("failing_model") if report else None
    return str(model.get("name", "")) if isinstance(model, dict) else ""


def _materialised(model: Model, project: Project) -> list[str]:
    waiting = [read.table for read in model.inputs]
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
    return tables
