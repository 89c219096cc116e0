"""`self-heal transcript`: imports what agents leave behind, shows a transcript, checks it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_replay import importing, invariants
from agent_replay import transcript as transcripts
from agent_replay.transcript import SUFFIX, Transcript, Turn
from self_heal.errors import BadInput, InTheWay

if TYPE_CHECKING:
    from agent_replay.killing import Killed

_PATH = click.Path(path_type=Path)


@click.group()
def transcript() -> None:
    """Recorded agent sessions: import, show, check, and how much a replay of them catches.

    Example: self-heal transcript show tests/transcripts/schema-drift.transcript.jsonl
    """


@transcript.command("import")
@click.argument("path", type=_PATH)
@click.option("--from", "form", type=click.Choice(importing.FORMS), help="The form of the file.")
@click.option("--scenario", default="", help="The scenario that the session worked on.")
@click.option("--out", type=_PATH, help=f"Where to write it; default: beside it, *{SUFFIX}.")
def import_(path: Path, form: str | None, scenario: str, out: Path | None) -> None:
    """Import a Claude Code session file, its stream-json output or a Messages API conversation.

    Secrets and the home folder are masked; records of unknown kinds are kept and counted.

    Exit codes: 4 the file is damaged or its form is not known, 5 where to write there is a file.

    Example: self-heal transcript import session.jsonl --scenario schema-drift
    """
    target = out or path.with_name(path.stem + SUFFIX)
    if target.exists():
        raise InTheWay(f"{target} exists: name another file with --out.")
    imported = importing.load(path, form or "", scenario)
    transcripts.write(imported, target)
    kinds = Counter(record.kind for record in imported.unknown)
    click.echo(f"{target}: {len(imported.turns)} calls")
    if kinds:
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        click.echo(f"kept as they are: {listed}")


@transcript.command()
@click.argument("path", type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def show(path: Path, as_json: bool) -> None:
    """Each call with its verdict and how it ended.

    Example: self-heal transcript show session.transcript.jsonl
    """
    found = transcripts.read(path)
    if as_json:
        click.echo(found.model_dump_json())
        return
    header = found.header
    origin = f"{header.origin.kind} {header.origin.model} {header.origin.date}".rstrip()
    click.echo(f"{header.title}\n{origin}, {header.versions.runtime.name}, {_length(found)}")
    for number, turn in enumerate(found.turns, 1):
        click.echo(f"{number:4} {_line(turn)}")


def _length(found: Transcript) -> str:
    cut = "" if found.end else ", cut off before its end"
    return f"{len(found.turns)} calls, {len(found.unknown)} other records{cut}"


def _line(turn: Turn) -> str:
    verdict = turn.verdict.decision if turn.verdict else "?"
    rules = f" ({', '.join(turn.verdict.rules)})" if turn.verdict and turn.verdict.rules else ""
    ended = {None: "", True: " ok", False: " failed"}[turn.result.ok if turn.result else None]
    arguments = turn.call.input
    what = arguments.get("command") or arguments.get("file_path") or json.dumps(arguments)
    return f"{verdict}{rules}{ended}  {turn.call.tool} {what}"


@transcript.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
def check(paths: tuple[Path, ...]) -> None:
    """Read each file strictly and hold it to the invariants.

    Exit codes: 0 all hold, 1 one does not, 4 a file is damaged.

    Example: self-heal transcript check session.transcript.jsonl
    """
    found = [(path, fault) for path in paths for fault in invariants.faults(transcripts.read(path))]
    for path, fault in found:
        click.echo(f"{path}: turn {fault.turn}: {fault.invariant}: {fault.saw}")
    sys.exit(1 if found else 0)


@transcript.command()
@click.argument("path", type=_PATH)
@click.option(
    "--count", type=click.IntRange(1), default=20, show_default=True, help="How many mutants."
)
@click.option("--seed", default=1, show_default=True, help="Which ones.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def mutate(path: Path, count: int, seed: int, as_json: bool) -> None:
    """How many small changes to a transcript a replay of it catches; the survivors are listed.

    Exit codes: 0 at least 95 % are caught, 1 fewer, 4 the file is damaged or has no calls.

    Example: self-heal transcript mutate session.transcript.jsonl --count 100
    """
    from rich.console import Console
    from rich.progress import Progress

    from agent_replay import killing, mutate  # the lakehouse loads only here

    recorded = transcripts.read(path)
    drawn = mutate.mutants(recorded, count, seed)
    if not drawn:
        raise BadInput(f"{path} has no calls, so there is nothing to change in it.")
    person = Console(stderr=True)
    with Progress(console=person, disable=not person.is_terminal) as progress:
        task = progress.add_task("mutants", total=len(drawn))
        killed = killing.kill_all(recorded, drawn, lambda _: progress.advance(task))
    _tell_killed(killed, as_json)
    sys.exit(0 if killing.rate(killed) >= killing.PROMISED else 1)


def _tell_killed(killed: Sequence[Killed], as_json: bool) -> None:
    """The rate, and each survivor with why it does the same."""
    left = [one for one in killed if one.by is None]
    rate = 1 - len(left) / len(killed)
    survivors = [
        {"turn": m.turn + 1, "kind": m.kind, "how": m.how, "why": why} for m, _, why in left
    ]
    if as_json:
        click.echo(json.dumps({"mutants": len(killed), "rate": rate, "survivors": survivors}))
        return
    click.echo(f"{len(killed) - len(left)} of {len(killed)} mutants caught ({rate:.1%})")
    for one in survivors:
        click.echo(f"  turn {one['turn']}: {one['kind']}: {one['how']}\n    {one['why']}")
