"""`self-heal`: finds the subcommand and turns errors into one line and an exit code."""

from __future__ import annotations

import importlib
import sys

import click

from self_heal.errors import MissingProgram, SelfHealError

COMMANDS = {
    "bench": "agents on the broken pipelines, graded side by side",
    "dossier": "one HTML page about a healing",
    "demo": "the whole way on this machine: a broken pipeline, an agent under the guard, healed",
    "doctor": "for each agent runtime, whether the guard is installed and works",
    "guard": "what the guard would say, and why",
    "install": "puts the guard and the skill into an agent runtime's own files",
    "lakehouse": "the fake Bauplan that the real command line and SDK talk to",
    "prove": "runs the new expectation before and after the fix: red, then green",
    "record": "runs an agent and writes its session down as a transcript",
    "reference": "the installed bauplan's command line, parsed; checks documents against it",
    "replay": "recorded sessions again, and where they go otherwise",
    "report": "validates the three reports of a healing",
    "watch": "looks for failed jobs and heals each once",
    "run": "heals a failed job with nobody at the terminal, on the Claude API",
    "transcript": "imports, shows and checks recorded sessions",
    "uninstall": "takes out what install put in",
}


class LazyGroup(click.Group):
    """Loads a subcommand's module when it is asked for, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All subcommands, in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The click command of `self_heal.commands.<name>`."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"self_heal.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Lists the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.command(cls=LazyGroup)
@click.version_option(package_name="self-healing-pipeline", prog_name="self-heal")
def self_heal() -> None:
    """Heal failed Bauplan pipelines with an agent that is held to the rules."""


def main() -> None:
    """Run the command line; an expected error is one line and its exit code."""
    try:
        _run()
    except SelfHealError as error:
        click.echo(f"self-heal: {error}", err=True)
        sys.exit(error.exit_code)


def _run() -> None:
    """A plugin, and a plain `pip install`, bring only what the guard needs; the rest is extras."""
    try:
        self_heal(prog_name="self-heal")
    except ModuleNotFoundError as error:
        raise MissingProgram(
            f"The package {error.name} is missing: install this project with its extras, "
            "`pip install '<checkout>[lakehouse,heal]'`."
        ) from None
