"""`self-heal replay`: recorded sessions again, and where they go otherwise."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent_replay import judge as judging
from agent_replay import transcript as transcripts
from agent_replay.judge import Judged
from agent_replay.transcript import SUFFIX, Transcript
from self_heal.errors import BadInput

if TYPE_CHECKING:
    from agent_replay.replay import Replayed


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--guard-only", is_flag=True, help="Judge by today's rules; run nothing.")
@click.option("--keep-going", is_flag=True, help="Do not stop at the first difference.")
@click.option("--update", is_flag=True, help="Write down how it goes now, after a meant change.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def replay(
    paths: tuple[Path, ...], guard_only: bool, keep_going: bool, update: bool, as_json: bool
) -> None:
    """Replay recorded sessions (files, or folders of *.transcript.jsonl).

    Each call is judged by today's guard and, where it is allowed, really executed on a fresh fake
    lakehouse. With --guard-only nothing runs: the decisions that changed are listed.

    Exit codes: 0 nothing changed, 1 something did (with --update too), 4 a file is damaged.

    Example: self-heal replay --guard-only tests/transcripts
    """
    files = list(_files(paths))
    if guard_only:
        same = _judge(files, as_json)
    else:
        results = [_replay(path, keep_going, update, as_json) for path in files]
        same = all(results)
    sys.exit(0 if same else 1)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not found:
            raise BadInput(f"{path} holds no *{SUFFIX}.")
        yield from found


def _judge(files: Sequence[Path], as_json: bool) -> bool:
    started = time.perf_counter()
    judged = judging.judge_all(files)
    seconds = time.perf_counter() - started
    if as_json:
        click.echo(json.dumps(_judged_json(judged, len(files), seconds), indent=2))
    else:
        _tell_judged(judged, len(files), seconds)
    return not judged.changed


def _judged_json(judged: Judged, files: int, seconds: float) -> dict[str, Any]:
    changed = [
        {**one._asdict(), "before": one.before.model_dump(), "now": one.now.model_dump()}
        for one in judged.changed
    ]
    unjudged = [one._asdict() for one in judged.unjudged]
    counts = {"transcripts": files, "decisions": judged.decisions, "seconds": round(seconds, 3)}
    return {**counts, "changed": changed, "unjudged": unjudged}


def _tell_judged(judged: Judged, files: int, seconds: float) -> None:
    for one in judged.changed:
        click.echo(f"{one.path}: {_place(one.turn)}: {_said(one.before)} -> {_said(one.now)}")
        click.echo(f"  {one.call}\n  {one.now.reason}")
    for other in judged.unjudged:
        place = _place(other.turn)
        click.echo(f"{other.path}: {place}: not judged, no recorded answer to `{other.question}`")
    click.echo(
        f"{len(judged.changed)} of {judged.decisions} decisions in {files} transcripts changed "
        f"({seconds:.1f} s)",
        err=True,
    )


def _place(turn: int) -> str:
    return f"turn {turn}" if turn else "the end"


def _said(verdict: transcripts.Verdict) -> str:
    return f"{verdict.decision}{' by ' + ', '.join(verdict.rules) if verdict.rules else ''}"


def _replay(path: Path, keep_going: bool, update: bool, as_json: bool) -> bool:
    from agent_replay import replay as replaying  # the lakehouse loads only here

    recorded = transcripts.read(path)
    with replaying.stage_for(recorded) as stage:
        done = replaying.Replay(recorded, stage).run(keep_going or update)
        if update:
            transcripts.write(replaying.updated(recorded, done, stage), path)
    if as_json:
        found = [{**one._asdict(), "diff": one.diff()} for one in done.differences]
        times = {"seconds": done.seconds, "guard_seconds": done.guard_seconds}
        click.echo(json.dumps({"path": str(path), **times, "differences": found}))
    else:
        _tell(path, recorded, done, update)
    return not done.differences


def _tell(path: Path, recorded: Transcript, done: Replayed, updated: bool) -> None:
    for one in done.differences:
        rules = f" (rule {', '.join(one.rules)})" if one.rules else ""
        click.echo(f"{path}: {_place(one.turn)}: {one.of}{rules}: {one.call}\n{one.diff()}")
    calls = f"{len(done.turns)} of {len(recorded.turns)} calls in {done.seconds:.1f} s"
    if not done.differences:
        share = done.guard_seconds / done.seconds if done.seconds else 0.0
        click.echo(f"{path}: the same session, {calls}, {share:.0%} of it in the guard", err=True)
        return
    click.echo(f"{path}: {len(done.differences)} differences, {calls}", err=True)
    if updated:
        click.echo(f"{path} is written as it goes now.", err=True)
    else:
        click.echo(f"If the change is meant: self-heal replay --update {path}", err=True)
