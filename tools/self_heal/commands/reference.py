"""`self-heal reference`: builds, shows and applies the reference of the bauplan command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from pipeline_guard.bauplan_cli import reference as references
from pipeline_guard.bauplan_cli.reference import Reference
from self_heal.errors import BadInput, CheckFailed, MissingProgram
from self_heal.places import plugin_root


@click.group()
def reference() -> None:
    """The command line of the installed bauplan, as its own parser takes it.

    Example: self-heal reference show query
    """


@reference.command()
@click.option("--program", default="", help="The bauplan program to ask [default: installed one].")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it [default: the cache that the guard reads].",
)
@click.option(
    "--guide",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the page for the model that follows the skill.",
)
def build(program: str, output: Path | None, guide: Path | None) -> None:
    """Learn the command line of a bauplan program, from its --help and its parser.

    It is run some thousand times, each time without an account: nothing leaves the machine.

    Exit codes: 0 written, 3 no bauplan program, 4 a program that a reference cannot express.

    Example: self-heal reference build --output schemas/cli/bauplan-0.3.5.json
    """
    from self_heal.reference import guide as page
    from self_heal.reference import store

    path = program or store.installed_program()
    if sys.stderr.isatty():
        click.echo(f"asking {path}, about ten seconds …", err=True)
    document = store.build_checked(path)
    target = output or Path(references.cache_path(document["version"]))
    store.write(document, target)
    click.echo(f"{target}: bauplan {document['version']}, {len(document['commands'])} commands")
    if guide is not None:
        guide.write_text(page.text(Reference(document)), "utf-8")
        click.echo(f"{guide}: the page for {document['version']}")


@reference.command()
@click.argument("command", nargs=-1)
@click.option("--version", default="", help="Of this version [default: the installed one].")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def show(command: tuple[str, ...], version: str, as_json: bool) -> None:
    """All flags of a command, or of every command below it; or a page of the skill.

    The pages are pinning, expectations, reports and worked-example.

    Exit codes: 0 shown, 3 no reference of this version, 4 no such command.

    Example: self-heal reference show branch create
    """
    from self_heal.reference import guide

    command = tuple(" ".join(command).split())
    page = plugin_root() / "references" / f"{'-'.join(command)}.md"
    if page.is_file() and not as_json:
        click.echo(page.read_text("utf-8"), nl=False)
        return
    known = _load(version)
    paths = [path for path in known.paths() if path[: len(command)] == command and path]
    if not paths:
        raise BadInput(f"bauplan {known.version} has no command `{' '.join(command)}`.")
    commands = [known.command(path) for path in paths]
    if as_json:
        click.echo(json.dumps({" ".join(each.path): known.said(each) for each in commands}))
        return
    click.echo(f"bauplan {known.version}")
    for each in commands:
        if not each.group:
            click.echo(f"  {guide.line(known, each).replace('`', '')}\n      {each.summary}")
    click.echo(f"every command: {guide.common(known).replace('`', '')}")


@reference.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--version", default="", help="Against this version [default: the installed one].")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def lint(files: tuple[Path, ...], version: str, as_json: bool) -> None:
    """Check every bauplan command that Markdown documents show.

    Fenced shell blocks and code spans; <placeholders> are words; a line with ❌ is left out.

    Exit codes: 0 all are right, 1 some are not, 3 no reference of this version.

    Example: self-heal reference lint SKILL.md references/*.md
    """
    from self_heal.reference import lint as linter

    known = _load(version)
    found = [wrong for file in files for wrong in linter.check(file, known)]
    if as_json:
        click.echo(json.dumps([wrong._asdict() for wrong in found], indent=2))
    for wrong in found if not as_json else []:
        click.echo(f"{wrong.file}:{wrong.line}: {wrong.why}")
        click.echo(f"    {' '.join(wrong.text.split())}\n    {' '.join(wrong.instead.split())}")
    if found:
        raise CheckFailed(f"{len(found)} commands are not those of bauplan {known.version}.")


def _load(version: str) -> Reference:
    """The reference of a version, else of the installed program."""
    from self_heal.reference import store
    from self_heal.reference.program import Program

    program = store.installed_program() if not version else ""
    if program:
        with Program(program) as asked:
            version = asked.version()
    try:
        return references.load(version, program, seconds=60)
    except references.ReferenceMissingError as error:
        raise MissingProgram(str(error)) from error
