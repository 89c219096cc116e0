"""Failures on request: what was asked for happens, to that call, that often, and nothing else."""

from __future__ import annotations

import threading

import pytest

from fake_bauplan.errors import BadRequest
from fake_bauplan.faults import Fault, Faults, Injected, parse

TRIPS = "SELECT id FROM trips ORDER BY id"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("QueryRun=error", Fault("QueryRun", "error", 503.0, 0)),
        ("GET /catalog/*=latency:0.5x3", Fault("GET /catalog/*", "latency", 0.5, 3)),
        ("model:clean=hang", Fault("model:clean", "hang", 0.0, 0)),
    ],
)
def test_a_fault_is_written_as_one_word(text, fault) -> None:
    assert parse(text) == fault


@pytest.mark.parametrize("text", ["", "QueryRun", "QueryRun=explode", "=error", "QueryRun=error:x"])
def test_anything_else_is_refused(text) -> None:
    with pytest.raises(BadRequest, match="is no fault such as"):
        parse(text)


def test_a_fault_hits_its_calls_as_often_as_asked() -> None:
    faults = Faults()
    faults.add(parse("Get*=error:500x2"))
    faults.strike("QueryRun")
    for _ in range(2):
        with pytest.raises(Injected) as hit:
            faults.strike("GetJobs")
        assert hit.value.status == 500
    faults.strike("GetJobs")
    faults.add(parse("GetJobs=error"))
    faults.clear()
    faults.strike("GetJobs")


def test_an_error_reaches_the_program_as_a_status(bauplan, lakehouse) -> None:
    lakehouse.faults.add(parse("QueryRun=errorx1"), parse("GET /catalog/v0/branches=error:503x1"))
    assert "Unavailable: QueryRun failed by an injected fault" in bauplan("query", TRIPS).stderr
    assert bauplan("branch", "ls").returncode != 0
    assert bauplan("query", TRIPS).returncode == 0
    assert bauplan("branch", "ls").returncode == 0


def test_a_dropped_stream_and_a_lost_connection_fail_the_query(bauplan, lakehouse) -> None:
    lakehouse.faults.add(parse("SubscribeLogs=drop:0x1"))
    assert "dropped by a fault" in bauplan("query", TRIPS).stderr
    lakehouse.faults.add(parse("DoGet=drop:2x1"))
    assert bauplan("query", TRIPS, "-O", "json").returncode != 0
    assert bauplan("query", TRIPS).returncode == 0


def test_an_internal_error_of_a_task_is_not_the_users_fault(
    bauplan, lakehouse, tmp_path, text
) -> None:
    folder = str(text.write(tmp_path / "p", {"models.py": text.HEAD + text.model("clean")}))
    lakehouse.faults.add(parse("model:clean=errorx1"))
    done = bauplan("run", "-p", folder, "--dry-run")
    assert "an internal error occurred" in done.stderr
    assert "(RuntimeInternalError)" in done.stderr
    switch = ("--arg", "executor.pip-install-error=true")
    assert "an internal error occurred" in bauplan("run", "-p", folder, "--dry-run", *switch).stderr
    assert bauplan("run", "-p", folder, "--dry-run").returncode == 0


def test_a_run_that_hangs_ends_when_it_is_cancelled(commander, lakehouse, run, text) -> None:
    from fake_bauplan.jobs import RUNNING, Filter

    lakehouse.faults.add(parse("model:clean=hang"))
    ended = []
    files = {"models.py": text.HEAD + text.model("clean", options=text.REPLACE)}
    thread = threading.Thread(target=lambda: ended.append(run(files)))
    thread.start()
    while not (waiting := commander.jobs.page(Filter(statuses=[RUNNING]), 1)[0]):
        assert thread.is_alive()
    commander.cancel(waiting[0].id)
    thread.join()
    assert ended[0].job.status == "ABORT"
    assert "clean" not in ended[0].tasks()
