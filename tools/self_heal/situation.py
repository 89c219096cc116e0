"""Where a healing starts from, in five lines: version, user, active branch, git, project."""

from __future__ import annotations

import os

from pipeline_guard import account
from pipeline_guard import workspace as workspaces
from pipeline_guard.git_cli import state
from pipeline_guard.workspace import Workspace
from self_heal import bauplan
from self_heal.errors import SelfHealError


def of(place: Workspace) -> dict[str, str]:
    """Each line's name and what it says; what cannot be known says why."""
    return {
        "bauplan": account.installed_version() or "not installed: pip install bauplan",
        "user": _user(),
        "active branch": account.read().active_branch or "none set",
        "git": _git(place),
        "project": _project(place),
    }


def _user() -> str:
    try:
        return bauplan.username()
    except SelfHealError as error:
        return f"unknown: {error}"


def _git(place: Workspace) -> str:
    if not place.repo:
        return "no repository: the code is unversioned"
    branch = workspaces.head_branch(place) or "detached HEAD"
    try:
        changed = len(state.changes(place.repo))
    except state.GitStateError as error:
        return f"{branch}, {error}"
    return f"{branch}, {changed} uncommitted" if changed else f"{branch}, clean"


def _project(place: Workspace) -> str:
    if not place.project:
        return "none: no bauplan_project.yml here"
    return os.path.relpath(place.project, place.repo or place.start)
