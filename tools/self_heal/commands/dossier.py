"""`self-heal dossier`: one HTML page about one healing."""

from __future__ import annotations

from pathlib import Path

import click

from self_heal.dossier.collect import collect
from self_heal.dossier.page import render


@click.command(
    epilog="Example: self-heal dossier build/demo/repository --out healing.html. Exit codes: 4 no "
    "reports in that folder."
)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The page  [default: dossier-<job>.html in this folder].",
)
def dossier(folder: Path, out: Path | None) -> None:
    """Make a page of a healing: what broke, why, the graph, evidence, the diff, every call.

    DIR is the repository that was healed. The page is one file without scripts that loads nothing.
    """
    healing = collect(folder)
    target = out or Path(f"dossier-{healing.job[:8]}.html")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(healing), encoding="utf-8")
    click.echo(target)
