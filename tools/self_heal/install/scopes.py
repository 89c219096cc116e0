"""The scope that a person names with --user or --project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pipeline_guard import workspace
from self_heal.install.targets import TARGETS, Scope


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `install` and `uninstall` share."""
    runtime = click.option(
        "--runtime", required=True, type=click.Choice(sorted(TARGETS)), help="Which agent runtime."
    )
    user = click.option(
        "--user/--project",
        "for_user",
        default=True,
        help="For you in every project (the default), or for the project in this folder.",
    )
    dry = click.option(
        "--dry-run", is_flag=True, help="Show what would change, and change nothing."
    )
    return runtime(user(dry(command)))


def scope(for_user: bool) -> Scope:
    """The home folder, or the top of the git repository around this folder, else the folder."""
    return Scope(Path.home(), is_project=False) if for_user else Scope(project(), is_project=True)


def project() -> Path:
    """The folder that project settings belong to."""
    here = Path.cwd()
    return Path(workspace.find_repository(str(here)) or here)
