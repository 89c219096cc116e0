"""What a person or a program sees while a healing goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import click
from rich.console import Console
from rich.markup import escape

from pipeline_guard.ledger import Facts

STEPS = (
    "0 safety check",
    "1 pin the failing state",
    "2 create debug branches",
    "3 collect evidence",
    "4 classify and localize",
    "5 apply a minimal fix",
    "6 rerun",
    "7 prevent recurrence",
)
_LONGEST_LINE = 160


class Progress(Protocol):
    """Hears of everything that happens: a kind of event and its values."""

    def __call__(self, event: str, /, **values: Any) -> None:
        """Show one event."""


def step_of(facts: Facts) -> int:
    """The step of the skill that a healing has come to, told from its facts."""
    reached = (
        bool(facts.jobs_got),
        bool(facts.working_ref),
        bool(facts.bauplan_branch),
        bool(facts.tables) and bool(facts.git_branch or facts.bauplan_branch),
        facts.code_changed,
        bool(facts.commits) or any(run.sent for run in facts.runs),
        any(run.green for run in facts.runs),
    )
    return sum(reached) if facts.code_changed else min(sum(reached), 4)


def silent(event: str, /, **values: Any) -> None:
    """Shows nothing."""
    del event, values


def as_json(event: str, /, **values: Any) -> None:
    """One JSON object a line on standard output."""
    click.echo(json.dumps({"event": event, **values}, ensure_ascii=False))


def plain(event: str, /, **values: Any) -> None:
    """One line an event, for a log."""
    if line := told(event, values):
        click.echo(line)


@contextmanager
def live(console: Console) -> Iterator[Progress]:
    """Lines as they come, and below them one that tells where it stands."""
    with console.status("starting", spinner="dots") as status:

        def show(event: str, /, **values: Any) -> None:
            if event == "turn":
                status.update(escape(told(event, values)))
            elif line := told(event, values):
                console.print(_MARKS.get(values.get("verdict", ""), "") + escape(line))

        yield show


_MARKS = {"deny": "[red]✗[/] ", "allow": "[green]✓[/] "}


def told(event: str, values: Mapping[str, Any]) -> str:
    """An event in words; `""` for one that is for programs only."""
    teller = _TELLERS.get(event)
    return teller(values) if teller else ""


def _turn(values: Mapping[str, Any]) -> str:
    used = f"{values['tokens']:,} tokens, ${values['dollars']:.3f}, {values['minutes']:.1f} min"
    return f"turn {values['turn']} · step {STEPS[values['step']]} · {used}"


def _tool(values: Mapping[str, Any]) -> str:
    line = f"{values['verdict']:5} {values['tool']} {_short(values['what'])}"
    if values["verdict"] == "deny":
        return f"{line}\n      {_short(values['reason'], 4)}"
    ended = "" if values["ok"] else " (failed)"
    return f"{line}{ended} [{values['seconds']:.1f} s]"


def _short(text: str, times: int = 1) -> str:
    line = " ".join(text.split())
    longest = _LONGEST_LINE * times
    return line if len(line) <= longest else f"{line[:longest]}…"


_TELLERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "start": lambda v: f"healing {v['session']} of job {v['job'] or '?'} in {v['folder']}",
    "say": lambda v: _short(v["text"], 3),
    "turn": _turn,
    "tool": _tool,
    "stands": lambda v: f"{_turn(v)}\ngo on with: self-heal run --resume {v['session']}",
    "retry": lambda v: f"the model's API: {_short(v['why'])}; asking again",
    "trouble": lambda v: f"{_short(v['why'], 2)} It is asked again.",
    "room": lambda v: f"left {v['count']} old results out to keep inside the model's window",
    "claim": lambda v: f"claimed {v['job']} with {v['branch']}",
    "skip": lambda v: f"left {v['job']}: {v['why']}",
    "stale": lambda v: f"{v['branch']} was claimed and has no end after {v['hours']:g} h",
    "ended": lambda v: f"{v['job']}: {v['outcome']}, {v['folder']}",
    "end": lambda v: f"{v['outcome']}: {v['why']}" if v["why"] else str(v["outcome"]),
}
