"""`self-heal doctor`: for each agent runtime, whether the guard is installed and works."""

from __future__ import annotations

import json
import sys

import click

from self_heal.install import doctor as findings
from self_heal.install import scopes
from self_heal.install.doctor import Finding

_MARKS = {True: "ok  ", False: "FAIL", None: "    "}


@click.command(
    epilog="Example: self-heal doctor. Exit code 1: something is wrong, and the line says what "
    "to do."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def doctor(as_json: bool) -> None:
    """Look at each agent runtime, the interpreter, bauplan and git.

    For an installed guard it fires a real event, a call no healing may make, through the installed
    command line, and shows what the guard said.
    """
    found = {"This machine": findings.machine(), **findings.runtimes(scopes.project())}
    if as_json:
        click.echo(json.dumps(findings.as_json(found), indent=2))
    else:
        for title, held in found.items():
            click.echo(f"{title}\n" + "\n".join(map(_line, held)))
    sys.exit(any(f.ok is False for held in found.values() for f in held))


def _line(finding: Finding) -> str:
    said = finding.said.replace("\n", "\n" + " " * 21)
    return f"  {_MARKS[finding.ok]} {finding.what:<13} {said}"
