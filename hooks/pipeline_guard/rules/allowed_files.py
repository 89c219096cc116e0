"""Rule 7: files are written in `debug/` and in the pipeline project, and only the right ones."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pipeline_guard import suggest, workspace
from pipeline_guard.context import Context
from pipeline_guard.effects import DeletePath, Effect, MakeFolder, RunGit, WritePath
from pipeline_guard.project import PROJECT_FILES
from pipeline_guard.verdicts import DENY, Finding

NUMBER = 7
HANDLES = (WritePath, MakeFolder, DeletePath, RunGit)

KEY = "allowed_files"
_EDITABLE = (".py", ".sql")
_NEW_FILE = "expectations.py"
_NOT_OURS = frozenset({"venv", "env", "node_modules", "site-packages", "__pycache__", "hooks"})
_REPORT_FOLDERS = ("", "job", "data_snapshot")


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """Writes elsewhere, and writes here of what is neither report nor pipeline code."""
    if isinstance(effect, WritePath):
        yield from _write(effect.path, context)
    elif isinstance(effect, MakeFolder):
        yield from _folder(effect.path, context)
    elif isinstance(effect, DeletePath):
        zone = workspace.zone(effect.path, context.workspace)
        if zone in (workspace.OUTSIDE, workspace.GIT):
            yield _no(f"`{effect.path}` would be removed", "Leave it")
    elif isinstance(effect, RunGit):
        for file in context.git(effect).values("--output"):
            yield _no(f"git would write `{file}`", "Read the output: leave `--output` out")


def _no(saw: str, do: str) -> Finding:
    return Finding(DENY, KEY, saw, do)


def _write(path: str, context: Context) -> Iterator[Finding]:
    place = context.workspace
    zone = workspace.zone(path, place)
    if zone == workspace.PROJECT:
        yield from _in_project(path, context)
    elif zone == workspace.DEBUG:
        yield from _in_debug(os.path.relpath(path, place.debug), context)
    elif zone == workspace.GIT:
        yield _no(f"`{path}` belongs to git", "Use git's own commands")
    else:
        do = f"Put findings into {_reports(context)}, and the fix into the project's own files"
        do = suggest.go_to_project(context) or do
        yield _no(f"`{path}` is outside the project and `debug/`", do)


def _reports(context: Context) -> str:
    job = suggest.job(context)
    return f"debug/job/{job}.md, debug/data_snapshot/<table>.md or debug/summary.md"


def _in_debug(name: str, context: Context) -> Iterator[Finding]:
    folder, file = os.path.split(name)
    stem, job = file.removesuffix(".md"), context.facts.job
    fine = name == "summary.md"
    if stem != file and _is_name(stem):
        fine |= folder == "data_snapshot" and ".." not in stem
        fine |= folder == "job" and (stem == job if job else len(stem) > 5)
    if not fine:
        yield _no(f"`debug/{name}` is no report", f"The reports are {_reports(context)}")


def _is_name(text: str) -> bool:
    """A job id, or a table with or without its namespace."""
    fine = text.isascii() and all(c.isalnum() or c in "._-" for c in text)
    return fine and text[0] not in ".-" and text[-1] not in ".-"


def _in_project(path: str, context: Context) -> Iterator[Finding]:
    name = os.path.relpath(path, context.workspace.project)
    parts = name.split("/")
    file = parts[-1]
    if any(part.startswith(".") or part.casefold() in _NOT_OURS for part in parts):
        yield _no(f"`{name}` is no pipeline code", "Edit models, expectations or SQL only")
    elif _other_project(path, context.workspace.project):
        yield _no(f"`{name}` belongs to another project", "Edit the files of the failing one")
    elif not os.path.isfile(path):
        if name != _NEW_FILE:
            do = f"New checks go into `{_NEW_FILE}`, fixes into the existing models"
            yield _no(f"`{name}` would be a new file in the project", do)
    elif not file.endswith(_EDITABLE) and name not in PROJECT_FILES:
        do = f"Edit the models, the SQL, `{_NEW_FILE}` or `bauplan_project.yml`"
        yield _no(f"`{name}` is neither model, expectation, SQL nor project configuration", do)


def _other_project(path: str, project: str) -> bool:
    """Whether a folder between the project's and the file is a project of its own."""
    folder = os.path.dirname(path)
    while folder != project and folder.startswith(project):
        if any(os.path.isfile(os.path.join(folder, name)) for name in PROJECT_FILES):
            return True
        folder = os.path.dirname(folder)
    return False


def _folder(path: str, context: Context) -> Iterator[Finding]:
    place = context.workspace
    name = os.path.relpath(path, place.debug)
    if (name if name != "." else "") not in _REPORT_FOLDERS:
        do = "`mkdir -p debug/job debug/data_snapshot`"
        yield _no(f"the folder `{path}`", do)
