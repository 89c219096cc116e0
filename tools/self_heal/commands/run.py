"""`self-heal run`: heals a failed job with nobody at the terminal, on the Claude API."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click
from rich.console import Console

from healer import environment, progress
from healer.budget import Budget
from healer.prices import DEFAULT_MODEL, MODEL_VARIABLE
from healer.progress import Progress
from self_heal.errors import MissingKey

LIMITS = Budget()


def budget_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that limit one healing, the same for `run` and `watch`."""
    for option in (
        click.option("--model", default="", help=f"Model [${MODEL_VARIABLE}, {DEFAULT_MODEL}]."),
        click.option("--max-turns", default=LIMITS.turns, show_default=True),
        click.option("--max-tokens", default=LIMITS.tokens, show_default=True),
        click.option("--max-dollars", default=LIMITS.dollars, show_default=True),
        click.option("--max-minutes", default=LIMITS.minutes, show_default=True),
        click.option(
            "--max-denials",
            default=LIMITS.denials,
            show_default=True,
            help="Refused calls in a row that end it.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--job", default="", help="The failed job's id.")
@click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    help="The project's folder, or its repository [default: here].",
)
@click.option(
    "--resume", is_flag=False, flag_value="last", default="", help="Go on with a healing."
)
@click.option("--answer", default="", help="With --resume: answers the question it ended with.")
@budget_options
@click.option("--json", "as_json", is_flag=True, help="Print events as JSON, one a line.")
def run(
    job: str, project: Path, resume: str, answer: str, model: str, as_json: bool, **limits: Any
) -> None:
    """Heal a failed job: an agent on the Claude API under the guard, nobody asked.

    Needs ANTHROPIC_API_KEY. It leaves a debug branch in Bauplan and in git, and the reports in
    debug/; it merges nothing. `--resume` goes on with the last healing, `--resume NAME` with
    another one.

    Example: self-heal run --job 0b9b2c9e-2f0e-4d8e-9f5e-6f6a2f0d7c11 --project pipeline

    Exit codes: 0 healed, 10 not healed (the blocker or question is named), 11 refused by the
    model's policy, 12 a limit is reached, 13 the model's API fails, 14 no API key, 4 bad input,
    5 it is running already, 130 interrupted.
    """
    if not (job or resume):
        raise click.UsageError("Give a job by --job, or go on with a healing by --resume.")
    key = environment.take_key(os.environ)
    environment.find_own_programs(os.environ)
    if not key:
        raise MissingKey(f"There is no API key for the model: set {environment.KEY_VARIABLE}.")
    from healer import heal  # the API's package takes a second to load

    session = heal.last_session() if resume == "last" else resume
    session = session or heal.begin(job, project.resolve(), model)
    settings = heal.Settings(_budget(limits), model, answer)
    with shown(as_json) as show, ends_on_signals():
        try:
            found = heal.heal(session, key, settings, show)
        except KeyboardInterrupt:
            show("end", outcome="interrupted", why=f"go on with --resume {session}")
            sys.exit(130)
        show("end", outcome=found.kind, why=found.why, exit_code=found.exit_code, session=session)
    sys.exit(found.exit_code)


def _budget(limits: dict[str, Any]) -> Budget:
    return Budget(**{name.removeprefix("max_"): value for name, value in limits.items()})


@contextmanager
def shown(as_json: bool) -> Iterator[Progress]:
    """Live in a terminal, plain lines in a log, JSON for a program."""
    console = Console(highlight=False)
    if as_json:
        yield progress.as_json
    elif console.is_terminal:
        with progress.live(console) as show:
            yield show
    else:
        yield progress.plain


@contextmanager
def ends_on_signals() -> Iterator[None]:
    """A scheduler's SIGTERM ends it as Ctrl-C does, and either also where it runs behind a `&`,
    which a shell starts deaf to Ctrl-C.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
