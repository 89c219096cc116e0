"""Which state a job is pinned to, where it left neither a branch nor a commit of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline_guard import bauplan_cli, workspace
from pipeline_guard.bauplan_cli import reference
from pipeline_guard.facts import folding, lookups, pins
from pipeline_guard.ledger import Line

JOB = "3f0c2a9e-0000-4000-8000-000000000001"
CREATED = 1_000_000.0
NEW, OLD, OLDER = ("a" * 64, "b" * 64, "c" * 64)


def job(status: str = "Fail", name: str = JOB, created: float = CREATED) -> Line:
    return {
        "fact": "job",
        "id": name,
        "status": status,
        "kind": "Run",
        "text": "",
        "created": created,
    }


def commit(name: str, time: float, of: str = "", *parents: str) -> Line:
    return {"hash": name, "parents": list(parents), "job": of, "time": time}


def log(*commits: Line, ref: str = "demo.dev", only: str = "") -> Line:
    return {"fact": "log", "ref": ref, "only": only, "properties": True, "commits": list(commits)}


BRANCHES: Line = {"fact": "refs", "rows": {}, "filter": "bpln-tx", "whole": True}
SEARCHED = [BRANCHES, log(only=JOB)]
HISTORY = log(commit(NEW, CREATED + 60), commit(OLD, CREATED - 60), commit(OLDER, CREATED - 99))


def fold(folder: Path, *lines: Line) -> tuple[str, bool]:
    facts = folding.fold(list(lines), workspace.find(str(folder)))
    return facts.pinned, facts.unpinnable


def test_the_newest_commit_from_before_the_job_was_created(tmp_path: Path):
    assert fold(tmp_path, job(), *SEARCHED, HISTORY) == (f"demo.dev@{OLD}", False)


@pytest.mark.parametrize("off", [-0.5, 0.0, 4.0])
def test_a_commit_within_seconds_leaves_two_candidates(tmp_path: Path, off: float):
    near = log(commit(NEW, CREATED + off), commit(OLD, CREATED - 60))
    assert fold(tmp_path, job(), *SEARCHED, near) == ("", False)


@pytest.mark.parametrize(
    "lines",
    [
        [HISTORY],
        [BRANCHES, HISTORY],
        [log(only=JOB), HISTORY],
        [*SEARCHED, {**HISTORY, "ref": f"demo.dev@{NEW}"}],
        [*SEARCHED, {**HISTORY, "ref": "demo.other"}],
        [*SEARCHED, {**HISTORY, "only": "?"}],
        [*SEARCHED, log(commit(NEW, CREATED + 60), commit(OLD, CREATED + 30))],
        [*SEARCHED, log(commit(NEW, 0.0), commit(OLD, CREATED - 60))],
    ],
)
def test_time_decides_only_after_the_look_ups_and_over_the_whole_branch(
    tmp_path: Path, lines: Sequence[Line]
):
    assert fold(tmp_path, job(), *lines) == ("", False)


def test_a_commit_from_seconds_before_was_there(tmp_path: Path):
    near = log(commit(NEW, CREATED - 2), commit(OLD, CREATED - 60))
    assert fold(tmp_path, job(), *SEARCHED, near) == (f"demo.dev@{NEW}", False)


def test_a_job_without_a_time_is_not_pinned_by_time(tmp_path: Path):
    assert fold(tmp_path, job(created=0.0), *SEARCHED, HISTORY) == ("", False)


def test_the_reports_word_that_it_is_not_pinned_stands(tmp_path: Path):
    report = tmp_path / "debug" / "job" / f"{JOB}.md"
    report.parent.mkdir(parents=True)
    report.write_text("- **Pinned Data Ref**: not pinned\n")
    assert fold(tmp_path, job(), *SEARCHED, HISTORY) == ("", True)


def test_a_complete_job_is_pinned_to_the_parent_of_its_first_commit(tmp_path: Path):
    mine = log(commit(NEW, CREATED + 9, JOB, OLD, OLDER), only=JOB)
    logs: Line = {"fact": "logs", "job": JOB, "model": "", "text": ""}
    facts = folding.fold([job("Complete"), logs, mine], workspace.find(str(tmp_path)))
    assert (facts.job, facts.pinned) == (JOB, f"demo.dev@{OLD}")
    assert facts.result == f"demo.dev@{NEW}"


def test_a_complete_job_comes_after_a_failed_one_unless_it_is_reported_on(tmp_path: Path):
    wrong = "11111111-0000-4000-8000-000000000001"
    logs: Line = {"fact": "logs", "job": wrong, "model": "", "text": ""}
    lines = [job(), job("Complete", wrong), logs]
    place = workspace.find(str(tmp_path))
    assert folding.fold(lines, place).job == JOB
    report = tmp_path / "debug" / "job" / f"{wrong}.md"
    report.parent.mkdir(parents=True)
    report.write_text("# Job Report\n")
    assert folding.fold(lines, place).job == wrong
    named: Line = {"fact": "prompt", "text": f"heal {JOB}"}
    assert folding.fold([named, *lines], place).job == JOB
    short: Line = {"fact": "prompt", "text": f"heal {JOB[:8]}"}
    assert folding.fold([short, *lines], place).job == JOB


def test_a_complete_job_whose_logs_were_not_read_is_not_healed(tmp_path: Path):
    assert folding.fold([job("Complete")], workspace.find(str(tmp_path))).job == ""


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-02T00:00:00.5Z", 86400.5),
        ("1970-01-02 01:00:00 +01:00", 86400.0),
        ("1970-01-02T00:00:00Z [3 days ago]", 86400.0),
        ("1970-01-02T00:00:00", 0.0),
        ("yesterday", 0.0),
        (None, 0.0),
    ],
)
def test_a_moment_counts_only_with_its_time_zone(text: object, seconds: float):
    assert lookups.seconds(text) == seconds


def test_dates_are_read_from_text_and_from_json():
    call = bauplan_cli.read(["commit", "demo.dev", "--format", "fuller"], reference.load("0.3.5"))
    text = f"commit {NEW}\nAuthor Date: 1970-01-03T00:00:00Z\nCommit Date: 1970-01-02T00:00:00Z\n"
    rows = f'[{{"ref": {{"hash": "{NEW}"}}, "committed_date": "1970-01-02T00:00:00Z"}}]'
    for printed in (text, rows):
        assert lookups.read(call, printed)[0]["commits"] == [commit(NEW, 86400.0)]
    assert pins.find(JOB, []) == pins.Pin()
