"""Errors that a person can meet."""

from __future__ import annotations

from collections.abc import Iterator

import click
from click.testing import CliRunner

from self_heal import errors
from self_heal.cli import self_heal
from self_heal.errors import SelfHealError


def test_each_error_has_an_exit_code_of_its_own() -> None:
    """A script can tell what went wrong; 2 is click's for wrong usage."""
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, SelfHealError) and kind is not SelfHealError
    ]
    codes = [kind.exit_code for kind in kinds]
    assert len(codes) == len(set(codes))
    assert 2 not in codes


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every subcommand that does something, as the words that are typed."""
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        yield from leaves(child, (*path, name))


def test_every_command_loads_and_shows_an_example() -> None:
    """`--help` works at every level, and each command has an example to copy."""
    for path in leaves(self_heal):
        shown = CliRunner().invoke(self_heal, [*path, "--help"])
        assert shown.exit_code == 0, (path, shown.output)
        assert "Example" in shown.output, path
