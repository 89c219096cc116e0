"""The job store: pages, filters, events that survive, and jobs that a stop interrupted."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_bauplan import jobs as job_store
from fake_bauplan.clock import Clock
from fake_bauplan.database import Database
from fake_bauplan.ids import Ids
from fake_bauplan.jobs import Filter, JobNotFound, Jobs, events

START = datetime(2026, 1, 1, tzinfo=UTC)
TASK = events.Task("1", "clean", "dag", "PYTHON", "Python model", "clean", "clean", "models.py", 3)
EVERY = [
    events.TaskStarted(TASK, 1),
    events.Log(2, "ERROR", "STDERR", True, "über\nzwei", TASK),
    events.Log(3, "INFO", "STDOUT", False, "", None),
    events.TaskFinished(
        TASK, 4, "failure", "no", False, "trace", [events.PreviewColumn("a", "b", ["c"])]
    ),
    events.ResultReady("token", 5),
    events.PlanReady(6, "a: 1", ["x"], True),
    events.JobFinished("failure", "no", "trace", False),
]


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def jobs(tmp_path, clock):
    database = Database(tmp_path / "jobs.sqlite", job_store.SCHEMA)
    yield Jobs(database, clock, Ids(1))
    database.close()


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_every_event_comes_back_as_it_was_stored(event) -> None:
    back = events.decode(events.encode(event))
    assert type(back) is type(event)
    assert back == event


def test_the_last_event_ends_the_job_and_nothing_follows_it(jobs, clock) -> None:
    job = jobs.create("QUERY_RUN", "demo")
    clock.advance(2)
    jobs.append(job.id, events.JobFinished("failure", "broken"))
    jobs.append(job.id, events.JobFinished("success"), EVERY[0])
    ended = jobs.get(job.id)
    assert (ended.status, ended.error) == ("FAIL", "broken")
    assert (ended.created, ended.finished) == (
        "2026-01-01T00:00:00.000000Z",
        "2026-01-01T00:00:02.000000Z",
    )
    assert jobs.events(job.id) == [events.JobFinished("failure", "broken")]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("success", "COMPLETE"), ("cancelled", "ABORT"), ("timeout", "FAIL"), ("failure", "FAIL")],
)
def test_how_a_job_ends_decides_its_status(jobs, outcome, status) -> None:
    job = jobs.create("QUERY_RUN", "demo")
    jobs.append(job.id, events.JobFinished(outcome))
    assert jobs.get(job.id).status == status


def test_filters_combine(jobs, clock) -> None:
    first = jobs.create("QUERY_RUN", "demo")
    clock.advance(10)
    second = jobs.create("CODE_SNAPSHOT_RUN", "ann")
    jobs.append(second.id, events.JobFinished("failure", "no"))

    def found(**parts) -> list[str]:
        return [job.id for job in jobs.page(Filter(**parts), 10)[0]]

    assert found() == [second.id, first.id]
    assert (
        found(kinds=["QUERY_RUN"]) == found(users=["demo"]) == found(ids=[first.id]) == [first.id]
    )
    assert found(statuses=["FAIL"], users=["ann"]) == [second.id]
    assert found(statuses=["FAIL"], users=["demo"]) == []
    later = datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)
    assert (found(after=later), found(before=later)) == ([second.id], [first.id])


@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 12), size=st.integers(1, 5))
def test_pages_hold_every_job_once_the_newest_first(tmp_path_factory, count, size) -> None:
    database = Database(tmp_path_factory.mktemp("jobs") / "jobs.sqlite", job_store.SCHEMA)
    jobs = Jobs(database, Clock(START), Ids(1))
    made = [jobs.create("QUERY_RUN", "demo").id for _ in range(count)]
    seen, token = [], ""
    while True:
        page, token = jobs.page(Filter(), size, token)
        assert len(page) <= size
        seen += [job.id for job in page]
        if not token:
            break
    assert seen == made[::-1]
    database.close()


def test_an_unknown_job_is_an_error(jobs) -> None:
    with pytest.raises(JobNotFound, match="job not found: nope"):
        jobs.get("nope")


def test_who_follows_a_job_sees_each_event_once_until_its_end(jobs) -> None:
    job = jobs.create("QUERY_RUN", "demo")
    jobs.append(job.id, EVERY[0])
    seen: list[events.Event] = []
    first = threading.Event()

    def follow() -> None:
        for event in jobs.follow(job.id):
            seen.append(event)
            first.set()

    reader = threading.Thread(target=follow)
    reader.start()
    assert first.wait(10)
    jobs.append(job.id, EVERY[1])
    jobs.append(job.id, EVERY[-1])
    reader.join(10)
    assert seen == [EVERY[0], EVERY[1], EVERY[-1]]


def test_a_job_that_ran_when_the_lakehouse_stopped_has_failed(tmp_path, clock) -> None:
    database = Database(tmp_path / "jobs.sqlite", job_store.SCHEMA)
    job = Jobs(database, clock, Ids(1)).create("CODE_SNAPSHOT_RUN", "demo")
    again = Jobs(database, clock, Ids(2)).get(job.id)
    assert (again.status, again.error) == ("FAIL", job_store.STOPPED)
    database.close()


def test_the_same_snapshot_is_kept_once_and_found_by_its_digest(jobs) -> None:
    digest = jobs.keep_snapshot(b"code")
    assert jobs.keep_snapshot(b"code") == digest
    assert jobs.snapshot(digest) == b"code"
    with pytest.raises(KeyError):
        jobs.snapshot("0" * 64)


def test_a_restored_lakehouse_has_the_jobs_of_its_snapshot(commander, lakehouse) -> None:
    commander.wait(commander.query(lakehouse.owner, "SELECT 1", "main", "bauplan").id)
    kept = lakehouse.snapshot()
    later = commander.query(lakehouse.owner, "SELECT 2", "main", "bauplan")
    commander.wait(later.id)
    lakehouse.restore(kept)
    assert [job.sql for job in commander.jobs.page(Filter(), 9)[0]] == ["SELECT 1"]
    assert commander.query(lakehouse.owner, "SELECT 2", "main", "bauplan").id == later.id
