"""Puts a healing together: a new one, or one that was begun before."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import anthropic

from healer import environment, instructions, journal, outcome
from healer.budget import Budget
from healer.journal import Journal, Start
from healer.loop import Healing, Parts
from healer.model import Model
from healer.outcome import Outcome
from healer.prices import DEFAULT_MODEL, MODEL_VARIABLE
from healer.progress import Progress
from healer.recorder import RecordedGuard
from healer.toolbox import Toolbox
from pipeline_guard import home, workspace
from pipeline_guard.ledger import LedgerError
from pipeline_guard.policy import PolicyError
from self_heal.errors import BadInput, MissingKey, ModelFailed

RETRIES = 4
"""How often a request is sent again."""


class Settings(NamedTuple):
    """How a healing runs; without a `model` it is the transcript's.

    `answer` is the person's answer to the question that it ended with.

    A request is sent `retries` times again; `pause` are the seconds before a stream that broke off
    is asked for again, doubled each time.
    """

    budget: Budget = Budget()
    model: str = ""
    answer: str = ""
    retries: int = RETRIES
    pause: float = 1.0


def check_project(folder: Path) -> None:
    """Raise BadInput where there is no project to heal."""
    if not workspace.find(str(folder)).project:
        raise BadInput(f"There is no bauplan project in {folder}: give its folder by --project.")


def begin(
    job: str,
    project: Path,
    model: str = "",
    note: str = "",
    session: str = "",
    wrong_results: bool = False,
) -> str:
    """Write the first line of a new healing of `job`; gives its session's name."""
    check_project(project)
    name = session or new_session(job)
    log = Journal(name)
    try:
        if log.entries:
            raise BadInput(f"The healing {name} has begun already: go on with --resume.")
        prompt = instructions.prompt(job, note, wrong_results)
        log.begin(Start(name, job, str(folder_for(project)), model or chosen_model(), prompt))
    finally:
        log.close()
    return name


def new_session(job: str) -> str:
    """A name for a session: which job, and something that is its own."""
    return f"heal-{job[:8] or 'job'}-{secrets.token_hex(4)}"


def chosen_model() -> str:
    """The model of the environment, else the default."""
    return os.environ.get(MODEL_VARIABLE, "") or DEFAULT_MODEL


def folder_for(project: Path) -> Path:
    """Where the tools work: at the top of the repository, if the project can be told from there."""
    here = workspace.find(str(project))
    there = workspace.find(here.repo) if here.repo else here
    return Path(there.start if there.project == here.project else here.start)


def heal(session: str, key: str, settings: Settings, show: Progress) -> Outcome:
    """Go on with a healing to its end. Whatever ends it is an outcome; only Ctrl-C is raised.

    MissingKey and what is wrong with the transcript are raised too: nothing has begun then.
    """
    with _opened(session) as log, _client(key, settings) as client:
        start = log.start
        if not Path(start.folder).is_dir():
            raise BadInput(f"{start.folder}, where this healing works, is gone.")
        chosen = start._replace(model=settings.model or start.model)

        def retrying(why: str) -> None:
            show("retry", why=why)

        model = Model(client, chosen.model, retrying, settings.pause)
        with closing(RecordedGuard(chosen)) as guard:
            return _watched(guard, model, log, key, settings, show)


def _watched(
    guard: RecordedGuard, model: Model, log: Journal, key: str, settings: Settings, show: Progress
) -> Outcome:
    """Heal with everything shown and written down."""
    start, folder = log.start, str(guard.folder)
    show("start", session=start.session, job=start.job, folder=folder, model=model.name)
    if not guard.state().facts.prompts:
        guard.heard(start.prompt)
    tools = Toolbox(guard.folder, environment.minimal(os.environ), (key,))
    parts = Parts(
        model, guard, tools, log, instructions.system(), settings.budget, guard.overhearing(show)
    )
    found = _run(parts, settings.answer)
    if found.kind != outcome.ERROR:
        guard.finish()
    return found


def _run(parts: Parts, answer: str) -> Outcome:
    parts.guard.arm()
    try:
        healing = Healing(parts)
        if answer:
            healing.answer(answer)
        found = healing.run()
    except (ModelFailed, LedgerError, PolicyError) as error:
        found = Outcome(outcome.ERROR, str(error))
        parts.journal.add("end", outcome=found.kind, why=found.why)
    finally:
        parts.guard.disarm()
    return found


@contextmanager
def _opened(session: str) -> Iterator[Journal]:
    log = Journal(session)
    try:
        yield log
    finally:
        log.close()


def _client(key: str, settings: Settings) -> anthropic.Anthropic:
    if not key:
        raise MissingKey(
            f"There is no API key: set {environment.KEY_VARIABLE} (console.anthropic.com) and "
            "start again."
        )
    return anthropic.Anthropic(api_key=key, max_retries=settings.retries)


def last_session() -> str:
    """The healing that was last at work; raises BadInput when there is none."""
    found = journal.sessions()
    if not found:
        raise BadInput("There is no healing to resume: start one with `self-heal run --job ID`.")
    return found[-1]


def known_session(name: str) -> str:
    """The name of a healing there is, as it was given; raises BadInput where there is none."""
    known = journal.sessions()
    if name and home.file_name(name) not in known:
        lately = ", ".join(reversed(known[-3:])) or "none"
        raise BadInput(f"There is no healing {name}. The last ones: {lately}.")
    return name
