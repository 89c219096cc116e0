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

from healer import environment, jobs, progress
from healer.budget import Budget
from healer.prices import DEFAULT_MODEL, MODEL_VARIABLE
from healer.progress import Progress
from self_heal.errors import MissingKey, SelfHealError
from self_heal.options import amount

LIMITS = Budget()
INTERRUPTED = 130


def budget_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that limit one healing, the same for `run` and `watch`."""
    count = click.IntRange(min=0)
    for option in (
        click.option("--model", default="", help=f"Model [${MODEL_VARIABLE}, {DEFAULT_MODEL}]."),
        click.option("--max-turns", type=count, default=LIMITS.turns, show_default=True),
        click.option("--max-tokens", type=count, default=LIMITS.tokens, show_default=True),
        click.option(
            "--max-dollars", type=float, callback=amount, default=LIMITS.dollars, show_default=True
        ),
        click.option(
            "--max-minutes", type=float, callback=amount, default=LIMITS.minutes, show_default=True
        ),
        click.option(
            "--max-denials",
            type=click.IntRange(min=1),
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
@click.option("--wrong-results", is_flag=True, help="The job ran green; its results are wrong.")
@click.option(
    "--resume", is_flag=False, flag_value="last", default="", help="Go on with a healing."
)
@click.option("--answer", default="", help="With --resume: answers the question it ended with.")
@budget_options
@click.option("--json", "as_json", is_flag=True, help="Print events as JSON, one a line.")
def run(
    job: str,
    project: Path,
    wrong_results: bool,
    resume: str,
    answer: str,
    model: str,
    as_json: bool,
    **limits: Any,
) -> None:
    """Heal a failed job: an agent on the Claude API under the guard, nobody asked.

    Needs ANTHROPIC_API_KEY. It leaves a debug branch in Bauplan and in git, and the reports in
    debug/; it merges nothing. `--resume` goes on with the last healing, `--resume NAME` with
    another one.

    Example: self-heal run --job 0b9b2c9e-2f0e-4d8e-9f5e-6f6a2f0d7c11 --project pipeline

    Exit codes: 0 healed, 10 not healed (the blocker or question is named), 11 refused by the
    model's policy, 12 a limit is reached, 13 the model's API fails, 14 no API key, 2 wrong usage,
    3 no bauplan program, 4 bad input, 5 it is running already, 8 bauplan refuses, 130 interrupted.
    """
    _check_usage(job, resume, answer, wrong_results)
    key = environment.take_key(os.environ)
    environment.find_own_programs(os.environ)
    if not key:
        raise MissingKey(f"There is no API key for the model: set {environment.KEY_VARIABLE}.")
    with shown(as_json) as show, ends_on_signals(show):
        from healer import heal  # the API's package takes a second to load

        settings = heal.Settings(_budget(limits), model, answer)
        session = _session(resume) or _begun(job, project, model, wrong_results)
        found = heal.heal(session, key, settings, show)
        show("end", outcome=found.kind, why=found.why, exit_code=found.exit_code, session=session)
    sys.exit(found.exit_code)


def _check_usage(job: str, resume: str, answer: str, wrong_results: bool) -> None:
    if bool(job) == bool(resume):
        raise click.UsageError("Give a job by --job, or go on with a healing by --resume.")
    if answer and not resume:
        raise click.UsageError("--answer answers a healing's question: give --resume with it.")
    if wrong_results and resume:
        raise click.UsageError("--wrong-results belongs to --job.")


def _session(resume: str) -> str:
    """The healing to go on with; `""` for a new one."""
    from healer import heal

    return heal.last_session() if resume == "last" else heal.known_session(resume)


def _begun(job: str, project: Path, model: str, wrong_results: bool) -> str:
    from healer import heal

    folder = project.resolve()
    heal.check_project(folder)
    jobs.check(job, wrong_results)
    return heal.begin(job, folder, model, wrong_results=wrong_results)


def _budget(limits: dict[str, Any]) -> Budget:
    return Budget(**{name.removeprefix("max_"): value for name, value in limits.items()})


@contextmanager
def shown(as_json: bool) -> Iterator[Progress]:
    """Live in a terminal, plain lines in a log, JSON for a program."""
    console = Console(highlight=False)
    if as_json:
        with _as_events() as show:
            yield show
    elif console.is_terminal:
        with progress.live(console) as show:
            yield show
    else:
        yield progress.plain


@contextmanager
def _as_events() -> Iterator[Progress]:
    """An error, which a person reads on standard error, is an event for a program too."""
    try:
        yield progress.as_json
    except SelfHealError as error:
        progress.as_json("end", outcome="error", why=str(error), exit_code=error.exit_code)
        raise


@contextmanager
def ends_on_signals(show: Progress) -> Iterator[None]:
    """A scheduler's SIGTERM ends it as Ctrl-C does, and either also where it runs behind a `&`,
    which a shell starts deaf to Ctrl-C. A reader that has gone (`| head`) ends it alike.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    except KeyboardInterrupt:
        show("end", outcome="interrupted", why="", exit_code=INTERRUPTED)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(INTERRUPTED)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
