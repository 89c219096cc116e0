"""`self-heal watch`: looks for failed jobs and heals each once."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from healer import environment
from pipeline_guard import workspace
from self_heal import bauplan as program
from self_heal.commands.run import budget_options, ends_on_signals, shown
from self_heal.errors import BadInput, MissingKey
from self_heal.options import amount

_SPAN = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.command()
@click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    help="The project whose failures are healed [default: here].",
)
@click.option("--folder", type=click.Path(path_type=Path), default=None, help="For the clones.")
@click.option("--since", default="1d", show_default=True, help="30m, 12h, 7d, or a time (ISO).")
@click.option("--user", "users", multiple=True, help="Whose jobs [default: your own].")
@click.option("--all-users", is_flag=True, help="Everybody's jobs.")
@click.option("--any-project", is_flag=True, help="Also jobs of another project id.")
@click.option(
    "--at-once",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="Healings at the same time.",
)
@click.option(
    "--interval",
    type=float,
    callback=amount,
    default=60.0,
    show_default=True,
    help="Seconds between two looks.",
)
@click.option(
    "--stale-hours",
    type=float,
    callback=amount,
    default=6.0,
    show_default=True,
    help="Report claims older.",
)
@click.option("--once", is_flag=True, help="Heal what has failed by now, then end.")
@click.option("--dry-run", is_flag=True, help="Only say what would be claimed.")
@budget_options
@click.option("--json", "as_json", is_flag=True, help="Print events as JSON, one a line.")
def watch(**options: Any) -> None:
    """Look for failed jobs and heal each once; merge nothing.

    The claim on a job is its debug branch, so several watchers of one user, on several machines,
    never heal the same job. Each healing has a clone and a log of its own in the folder.

    Example: self-heal watch --project pipeline --since 2h --at-once 3

    Exit codes: 0 it looked once and all it found has ended, 4 bad input, 8 bauplan refuses,
    14 no API key, 130 interrupted.
    """
    key = environment.take_key(os.environ)
    environment.find_own_programs(os.environ)
    if not key and not options["dry_run"]:
        raise MissingKey(f"There is no API key for the model: set {environment.KEY_VARIABLE}.")
    if options["users"] and options["all_users"]:
        raise click.UsageError("Give --user or --all-users, not both.")
    with shown(options["as_json"]) as show, ends_on_signals(show):
        _watcher(options, key, show).run()


def _watcher(options: dict[str, Any], key: str, show: Any) -> Any:
    import bauplan

    from healer.failures import Failures, Wanted, project_id
    from healer.watch import Rules, Watcher

    source = workspace.find(str(options["project"].resolve()))
    if not source.project or not source.repo:
        raise BadInput(f"There is no bauplan project under git in {source.start}.")
    user = program.username()
    wanted = Wanted(
        options["users"],
        options["all_users"],
        _moment(options["since"]),
        "" if options["any_project"] else project_id(source.project),
    )
    rules = Rules(
        Path(source.project),
        options["folder"] or _folder(),
        _passed_on(options),
        options["at_once"],
        options["stale_hours"],
        options["interval"],
        options["once"],
        options["dry_run"],
    )
    return Watcher(rules, Failures(bauplan.Client(), user, wanted), user, key, show)


def _passed_on(options: dict[str, Any]) -> list[str]:
    names = [name for name in options if name.startswith("max_")]
    limits = [w for n in names for w in (f"--{n.replace('_', '-')}", str(options[n]))]
    return [*limits, "--model", options["model"]] if options["model"] else limits


def _folder() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "self-healing-pipeline" / "healings"


def _moment(since: str) -> datetime:
    """A span before now, or a time."""
    try:
        if span := _SPAN.fullmatch(since):
            return datetime.now(UTC) - timedelta(**{_UNITS[span[2]]: int(span[1])})
        found = datetime.fromisoformat(since)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"--since {since}: give 30m, 12h, 7d or a time in ISO form.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
