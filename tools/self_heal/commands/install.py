"""`self-heal install`: puts the guard's hooks and the skill into an agent runtime's own files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from self_heal.install import changes, plan, scopes
from self_heal.install.changes import Change
from self_heal.install.targets import TARGETS, Scope, Target

_NEXT = {
    "claude": "Start a new session; `/self-healing-pipeline` begins a healing.",
    "codex": "Start `codex`, type `/hooks` and trust them: until then Codex skips them silently.",
    "copilot": "Start a new session in a folder that Copilot trusts.",
    "gemini": "Start a new session in a folder that Gemini CLI trusts.",
    "opencode": "Start a new session; `--pure` would leave the guard out.",
    "cursor": "Restart Cursor; Settings, Hooks shows them.",
}


@click.command(
    epilog="Example: self-heal install --runtime codex --project --dry-run. "
    "Exit codes: 4 settings that are not valid JSON, 5 something is in the way, 15 no permission."
)
@scopes.options
def install(runtime: str, for_user: bool, dry_run: bool) -> None:
    """Put the guard's hooks and the skill into an agent runtime's own files.

    Other settings are kept, and a copy of the file from before is made beside it. Doing it twice
    is the same as once.
    """
    target, scope = TARGETS[runtime], scopes.scope(for_user)
    found = plan.installing(target, scope)
    carry_out(found, scope.folder, dry_run=dry_run)
    if not found:
        click.echo(f"{target.title}: everything is in its place already.")
    elif not dry_run:
        _tell(target, scope)


def carry_out(found: Sequence[Change], top: Path, *, dry_run: bool) -> None:
    """Make the changes and name the files, or show what they would be."""
    if dry_run:
        click.echo("\n".join(map(_would, found)) or "Nothing would change.")
        return
    changes.make(found, top)
    for change in found:
        click.echo(f"{'removed' if change.after is None else 'wrote'} {change.path}")


def _would(change: Change) -> str:
    """The difference; only the name where a page of the skill comes or goes."""
    if change.path.suffix == ".md":
        return f"would {'remove' if change.after is None else 'write'} {change.path}"
    return changes.difference(change)


def _tell(target: Target, scope: Scope) -> None:
    click.echo(_NEXT[target.runtime])
    if scope.is_project:
        click.echo("The files name paths of this machine: do not commit them.")
    click.echo("`self-heal doctor` shows whether it works.")
