"""`self-heal uninstall`: takes out of an agent runtime's files what `install` put in."""

from __future__ import annotations

import click

from self_heal.commands.install import carry_out
from self_heal.install import plan, scopes
from self_heal.install.targets import TARGETS


@click.command(
    epilog="Example: self-heal uninstall --runtime codex --project. "
    "Exit codes: 4 settings that are not valid JSON, 10 no permission."
)
@scopes.options
def uninstall(runtime: str, for_user: bool, dry_run: bool) -> None:
    """Take out of an agent runtime's files exactly what install put in."""
    target, scope = TARGETS[runtime], scopes.scope(for_user)
    found = plan.uninstalling(target, scope)
    carry_out(found, scope.folder, dry_run=dry_run)
    if not found:
        click.echo(f"{target.title}: nothing of the guard's is installed there.")
