"""Watchers against the fake lakehouse: every failure is healed once, whoever looks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from healer import claims, heal, places, progress
from healer.failures import Stale
from healer.inprocess import Guard
from healer.journal import FILE, folder_of
from healer.watch import Rules, Watcher
from self_heal.errors import BauplanRefused
from tests.healer.api import Api, Say, call, serve
from tests.healer.conftest import KEY, USER, AddFailures, House

ASKS = Say([call("AskUserQuestion", question="Which one?")])


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A model that asks at once: the shortest healing."""
    with serve(lambda _request: ASKS) as served:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", served.url)
        yield served


def test_a_failure_is_claimed_pinned_and_healed_once(house: House, api: Api) -> None:
    """The agent starts with the facts in its ledger; later watchers find nothing to do."""
    pinned = house.hash("main")
    job = house.fail()
    shown = house.watch()
    branch = f"{USER}.debug_{job}"
    assert [event["event"] for event in shown] == ["claim", "ended"]
    assert shown[1]["outcome"] == "not healed"
    assert house.hash(branch) == pinned
    place = places.Place(house.folder / job)
    facts = Guard(place.session, place.repository, folder_of(place.session) / FILE).state().facts
    assert (facts.job, facts.pinned, facts.bauplan_branch) == (job, f"main@{pinned}", branch)
    assert branch in api.requests[0]["messages"][0]["content"][0]["text"]
    assert house.watch() == []
    assert house.watch(folder=house.folder.with_name("another machine's")) == []
    assert len(api.requests) == 1


def test_a_dossier_is_asked_for_at_the_end(house: House, api: Api) -> None:
    """A healing that left no reports has no page, and its log says why."""
    place = places.Place(house.folder / house.fail())
    house.watch()
    assert api.requests
    assert not place.dossier.exists()
    assert "self-heal: " in place.log.read_text().splitlines()[-1]


def test_two_watchers_at_the_same_moment(house: House, project: Path) -> None:
    """The platform makes the branch once: one of four has the claim, the others are told."""
    job = house.fail()
    together = threading.Barrier(4)
    found: list[claims.Claim] = []

    def compete(number: int) -> None:
        session = heal.new_session(f"{number}")
        together.wait()
        found.append(claims.claim(USER, job, session, project))

    threads = [threading.Thread(target=compete, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [bool(claim.branch) for claim in found].count(True) == 1
    losers = [claim.why for claim in found if not claim.branch]
    assert all("branch create" in why for why in losers), losers


def test_what_a_killed_watcher_left_is_gone_on_with(house: House, api: Api) -> None:
    """Claimed and begun, then killed: the next one resumes that session and claims nothing.

    One that only says what it would claim leaves it alone.
    """
    job = house.fail()
    place = places.make(house.folder, job, house.project)
    claim = claims.claim(USER, job, "heal-left", place.repository)
    heal.begin(job, place.repository, note=claims.note(claim), session="heal-left")
    place.begun("heal-left")
    assert house.watch(dry=True) == []
    assert api.requests == []
    shown = house.watch()
    assert [(event["event"], event["job"]) for event in shown] == [("ended", job)]
    assert place.outcome == "not healed"
    assert len(api.requests) == 1


def test_a_platform_that_is_away_is_asked_again(house: House) -> None:
    """A watcher says what is wrong and goes on; looking once ends with that sentence."""
    config = house.home / ".bauplan" / "config.yml"
    good = config.read_text()
    config.write_text(good.replace("http://127.0.0.1:", "http://127.0.0.1:1/"))
    with pytest.raises(BauplanRefused, match="cannot be asked"):
        house.watch(dry=True)
    told: list[str] = []

    def show(event: str, /, **values: Any) -> None:
        told.append(progress.told(event, values))
        if len(told) == 2:
            raise KeyboardInterrupt

    rules = Rules(house.project, house.folder, interval=0.0)
    with pytest.raises(KeyboardInterrupt):
        Watcher(rules, house.failures(), USER, KEY, show).run()
    assert all("It is asked again." in line for line in told)


def test_a_dry_run_claims_nothing(house: House) -> None:
    """It only says what it would do."""
    job = house.fail()
    (event,) = house.watch(dry=True)
    assert event["job"] == job
    assert list(house.failures().claimed()) == []
    assert not house.folder.exists()


def test_the_failure_of_a_healing_is_not_healed(house: House) -> None:
    """A red rerun on a debug branch belongs to the healing that made it."""
    house.lakehouse.catalog.create_branch("demo.debug_one", "main")
    house.fail("demo.debug_one")
    assert list(house.failures().unclaimed()) == []


def test_a_thousand_failures_leave_the_memory_flat(house: House, add_failures: AddFailures) -> None:
    """All but three are claimed: those are found, each look, and nothing of a look is kept."""
    jobs = add_failures(1000, datetime.now(UTC) - timedelta(hours=1))
    for job in jobs[3:]:
        house.lakehouse.catalog.create_branch(f"{USER}.debug_{job}", "main")
    failures = house.failures()
    assert sorted(failures.unclaimed()) == sorted(jobs[:3])
    tracemalloc.start()
    try:
        sizes = []
        for _ in range(3):
            assert sum(1 for _ in failures.unclaimed()) == 3
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[-1] - sizes[0] < 50_000, sizes


def test_a_claim_without_an_end_is_reported(house: House, add_failures: AddFailures) -> None:
    """Old, and nothing was written on its branch; a healed one and a fresh one are left alone."""
    now = datetime.now(UTC)
    later = now + timedelta(hours=2)
    old, healed, fresh = (add_failures(1, at)[0] for at in (now, now, later))
    for job in (old, healed, fresh):
        house.lakehouse.catalog.create_branch(f"{USER}.debug_{job}", "main")
    table = pa.table({"minutes": [1.0]})
    house.lakehouse.load_table("bauplan", "means", table, f"{USER}.debug_{healed}")
    assert list(house.failures().stale(hours=-1)) == [Stale(old, f"{USER}.debug_{old}")]


def test_a_watcher_says_what_it_does(house: House, api: Api) -> None:
    """The command line, once: with a limit that ends the healing at its first turn."""
    job = house.fail()
    assert api.url
    program = str(Path(sys.executable).with_name("self-heal"))
    words = [program, "watch", "--once", "--folder", str(house.folder), "--max-turns", "0"]
    environment = {**os.environ, "ANTHROPIC_API_KEY": KEY}
    done = subprocess.run(
        words,
        cwd=house.project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        progress.told("claim", {"job": job, "branch": f"{USER}.debug_{job}"}),
        f"{job}: budget, {house.folder / job}",
    ]
    assert api.requests == []
