"""`self-heal lakehouse`: the fake Bauplan that the real command line and SDK talk to."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fake_bauplan.faults import Fault
    from fake_bauplan.lakehouse import Lakehouse

DATA_HELP = "Data folder [default: one in your state folder]."
NYC = "nyc"
CLIENT_TESTS = "client-tests"


def default_folder() -> Path:
    """Where the lakehouse lies when nothing else is said."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "self-healing-pipeline" / "lakehouse"


def _moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    from fake_bauplan.clock import parse

    try:
        return parse(text) if text else None
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a time such as 2026-01-31T12:00:00Z") from error


data_option = click.option("--data", type=click.Path(path_type=Path), help=DATA_HELP)
seed_option = click.option("--seed", type=int, help="Make ids and keys repeat.")
clock_option = click.option(
    "--clock", callback=_moment, metavar="TIME", help="Stand still at this time (ISO 8601)."
)


@click.group()
def lakehouse() -> None:
    """A local Bauplan in one folder, for the real `bauplan` command line and SDK.

    \b
    Example:
      self-heal lakehouse serve --port 8080
    """


@lakehouse.command()
@data_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 takes a free one.")
@seed_option
@clock_option
@click.option("--fault", multiple=True, help="Fail on request, such as QueryRun=error:503x2.")
@click.option("--empty", is_flag=True, help="Do not load NYC flights 2013 into a new lakehouse.")
def serve(
    data: Path | None,
    port: int,
    seed: int | None,
    clock: datetime | None,
    fault: tuple[str, ...],
    empty: bool,
) -> None:
    """Serve until Ctrl-C; prints the two `export` lines for `bauplan` when it is ready.

    A new lakehouse gets the five tables of NYC flights 2013 in namespace `nyc`.

    \b
    Example:
      self-heal lakehouse serve --data build/lakehouse --seed 1

    Exit codes: 4 damaged data folder, 5 folder in use, 6 port in use.
    """
    from fake_bauplan.server import serve as start

    faults = _faults(fault)
    ended = _ended()
    with _opened(data, seed, clock) as house, start(house, port) as server:
        house.faults.add(*faults)
        if not empty and house.is_new:
            load_source(house, NYC)
        click.echo(f"export BAUPLAN_API_ENDPOINT={server.endpoint}")
        click.echo(f"export BAUPLAN_API_KEY={house.key}")
        ended()


@lakehouse.command()
@click.argument("source")
@data_option
@click.option("--namespace", default="bauplan", help="Namespace of a file's table.")
@click.option("--branch", default="main", help="Branch to load into.")
@seed_option
@clock_option
def load(
    source: str,
    data: Path | None,
    namespace: str,
    branch: str,
    seed: int | None,
    clock: datetime | None,
) -> None:
    """Load SOURCE: `nyc` (NYC flights 2013), or a .parquet or .csv file as the table of its name.

    `client-tests` are stand-ins for the tables that the public client's own tests expect.
    The lakehouse must not be running.

    \b
    Example:
      self-heal lakehouse load orders.parquet --namespace shop
    """
    with _opened(data, seed, clock) as house:
        load_source(house, source, namespace, branch)
        found = house.catalog.tables(branch)
    click.echo(f"loaded {source}; {branch} has {len(found)} tables", err=True)


@lakehouse.command()
@data_option
@click.confirmation_option(prompt="Delete all branches, tables and jobs of this lakehouse?")
def reset(data: Path | None) -> None:
    """Delete everything in the data folder, also of a damaged lakehouse.

    \b
    Example:
      self-heal lakehouse reset --data build/lakehouse --yes
    """
    from fake_bauplan.folder import empty

    folder = data or default_folder()
    empty(folder)
    click.echo(f"{folder} is empty", err=True)


def load_source(
    house: Lakehouse, source: str, namespace: str = "bauplan", branch: str = "main"
) -> None:
    """Load `nyc`, `client-tests` or a file; raises BadInput for anything else."""
    from fake_bauplan import client_tests, files, nyc

    if source == NYC:
        nyc.load(house, branch)
    elif source == CLIENT_TESTS:
        client_tests.load(house, branch)
    else:
        house.load_table(namespace, Path(source).stem, files.read(Path(source)), branch)


def _faults(texts: Sequence[str]) -> list[Fault]:
    from fake_bauplan.errors import BadRequest
    from fake_bauplan.faults import parse

    try:
        return [parse(text) for text in texts]
    except BadRequest as error:
        raise click.BadParameter(error.message, param_hint="--fault") from error


def _opened(data: Path | None, seed: int | None, clock: datetime | None) -> Lakehouse:
    from fake_bauplan.clock import Clock
    from fake_bauplan.lakehouse import Lakehouse

    return Lakehouse(data or default_folder(), seed, Clock(clock))


def _ended() -> Callable[[], object]:
    """Waits for Ctrl-C or a polite kill, from now on; then everything is stopped in order."""
    event = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: event.set())
    return event.wait
