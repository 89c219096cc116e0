"""Which failures a watcher takes, and how many at once."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from self_heal.commands.watch import watch
from tests.healer.api import Request, Say, call, serve
from tests.healer.conftest import AddFailures, House

OTHER = "00000000-7d0a-4c54-9c1e-3f6a2d1b8e70"
NOW = datetime.now(UTC)


@pytest.fixture
def failures(house: House, add_failures: AddFailures) -> dict[str, str]:
    """Four failures that differ in one thing from the first, by the job's id."""
    assert house.project
    made = {
        "own": add_failures(1, NOW - timedelta(hours=1)),
        "ada's": add_failures(1, NOW - timedelta(hours=1), user="ada"),
        "other": add_failures(1, NOW - timedelta(hours=1), project=OTHER),
        "old": add_failures(1, NOW - timedelta(days=2)),
    }
    return {job: name for name, (job,) in made.items()}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", "own"),
        ("--user ada", "ada's"),
        ("--user ada --user demo", "ada's own"),
        ("--user nobody", ""),
        ("--all-users", "ada's own"),
        ("--any-project", "own other"),
        ("--any-project --all-users --since 7d", "own ada's other old"),
        ("--since 30m", ""),
        ("--since 50h", "own old"),
        ("--since {60 hours ago, UTC}", "own old"),
        ("--since {3 hours ago}", "own"),
    ],
)
def test_what_is_wanted_is_what_is_claimed(
    house: House, failures: dict[str, str], words: str, wanted: str
) -> None:
    """Own failures of this project within a day; each option widens or narrows one of these."""
    there = ["--project", str(house.project), "--once", "--dry-run", "--json"]
    words = words.replace("{60 hours ago, UTC}", (NOW - timedelta(hours=60)).isoformat())
    words = words.replace("{3 hours ago}", f"{NOW - timedelta(hours=3):%Y-%m-%dT%H:%M:%S}")
    done = CliRunner().invoke(watch, [*there, *words.split()], catch_exceptions=False)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {failures[event["job"]] for event in events} == set(wanted.split())
    assert {event["event"] for event in events} <= {"claim"}


@pytest.fixture
def pairs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A model that answers a healing only when another one asks beside it."""
    both = threading.Barrier(2)

    def answer(_request: Request) -> Say:
        both.wait(120)
        return Say([call("AskUserQuestion", question="Which one?")])

    with serve(answer) as served:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", served.url)
        yield


@pytest.mark.usefixtures("pairs")
def test_so_many_healings_run_at_once_and_no_more(house: House) -> None:
    """Two of four, side by side; the third is not even claimed before one of them has ended."""
    jobs = {house.fail() for _ in range(4)}
    shown = house.watch(at_once=2)
    assert {event["job"] for event in shown if event["event"] == "ended"} == jobs
    steps = [{"claim": 1, "ended": -1}[event["event"]] for event in shown]
    assert max(itertools.accumulate(steps)) == 2
