"""`self-heal run` and `watch` as they are typed: each wrong use has its sentence and its code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import bauplan
import click
import pytest
from click.testing import CliRunner

from healer import heal, journal
from self_heal.commands.run import run
from self_heal.commands.watch import watch
from self_heal.errors import SelfHealError
from tests.healer.api import Answer, Fails, Say, call, in_turn, serve
from tests.healer.conftest import JOB, KEY, House

ASKS = Say([call("AskUserQuestion", question="Which one?")])


class Ended(NamedTuple):
    """The exit code, what was printed, and the error's sentence."""

    code: int
    printed: str
    error: str


def typed(command: click.Command, *words: str, answer: Answer = ASKS) -> Ended:
    """A command in this process, its API answering always the same."""
    with serve(in_turn(answer)) as api:
        variables = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api.url}
        done = CliRunner(env=variables).invoke(command, list(words))
    if isinstance(done.exception, SelfHealError):
        return Ended(done.exception.exit_code, done.stdout, str(done.exception))
    return Ended(done.exit_code, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("command", "words", "says"),
    [
        (run, [], "Give a job by --job"),
        (run, ["--job", JOB, "--resume", "x"], "Give a job by --job"),
        (run, ["--job", JOB, "--answer", "b2"], "give --resume with it"),
        (run, ["--resume", "x", "--wrong-results"], "belongs to --job"),
        (run, ["--job", JOB, "--max-turns", "-1"], "-1 is not in the range"),
        (run, ["--job", JOB, "--max-tokens", "many"], "not a valid integer"),
        (run, ["--job", JOB, "--max-dollars", "nan"], "nan is no number from 0 on"),
        (run, ["--job", JOB, "--max-dollars", "-2"], "-2.0 is no number from 0 on"),
        (run, ["--job", JOB, "--max-minutes", "inf"], "inf is no number from 0 on"),
        (run, ["--job", JOB, "--max-denials", "0"], "0 is not in the range"),
        (run, ["--job", JOB, "--project", "nowhere"], "does not exist"),
        (watch, ["--at-once", "0"], "0 is not in the range"),
        (watch, ["--interval", "-1"], "-1.0 is no number from 0 on"),
        (watch, ["--stale-hours", "soon"], "'soon' is not a valid float"),
        (watch, ["--user", "ada", "--all-users"], "not both"),
    ],
    ids=str,
)
def test_wrong_usage_is_said_before_anything_is_done(
    command: click.Command, words: Sequence[str], says: str
) -> None:
    """Exit code 2, and no healing was begun."""
    ended = typed(command, *words)
    assert ended.code == 2
    assert says in ended.error
    assert journal.sessions() == []


def test_only_a_job_that_failed_is_healed(house: House) -> None:
    """An unknown one, one that is complete, and what is no id: each in one sentence."""
    bauplan.Client().run(str(_green(house)), ref="main")
    (green,) = bauplan.Client().get_jobs(limit=1)
    failed, there = house.fail(), ("--project", str(house.project))
    for words, code, says in (
        (["--job", JOB], 8, f"job not found: {JOB}"),
        (["--job", "--help"], 4, "'--help' is no job id"),
        (["--job", green.id], 4, "did not fail: it is complete"),
        (["--job", failed, "--wrong-results"], 4, "leave --wrong-results out"),
    ):
        ended = typed(run, *words, *there)
        assert (ended.code, says in ended.error) == (code, True), ended
        assert "\n" not in ended.error
        assert journal.sessions() == []
    assert typed(run, "--job", failed, *there).code == 10
    wrong = typed(run, "--job", green.id, "--wrong-results", *there)
    assert wrong.code == 10
    assert "its results are wrong" in journal.Journal(journal.sessions()[-1]).start.prompt


def _green(house: House) -> Path:
    folder = house.project.with_name("green")
    folder.mkdir()
    text = (house.project / "models.py").read_text()
    (folder / "models.py").write_text(
        text.replace('raise ValueError("minutes are text")', "return trips")
    )
    (folder / "bauplan_project.yml").write_text((house.project / "bauplan_project.yml").read_text())
    return folder


def test_a_platform_that_is_away_is_said(house: House) -> None:
    """Before a token is spent."""
    job = house.fail()
    config = house.home / ".bauplan" / "config.yml"
    config.write_text(config.read_text().replace("http://127.0.0.1:", "http://127.0.0.1:1/"))
    ended = typed(run, "--job", job, "--project", str(house.project))
    assert ended.code == 8
    assert ended.error.startswith("`bauplan job get ")
    assert journal.sessions() == []


def test_a_folder_without_a_project_is_said(tmp_path: Path) -> None:
    """With its name; a watcher needs git around it too."""
    for command, words in ((run, ["--job", JOB]), (watch, ["--once"])):
        ended = typed(command, *words, "--project", str(tmp_path))
        assert ended.code == 4
        assert str(tmp_path) in ended.error


def test_a_healing_that_there_is_not_is_not_gone_on_with(project: Path) -> None:
    """The last ones are named, and nothing is left behind for the next `--resume` to find."""
    name = heal.begin(JOB, project)
    for wrong in ("heal-nothing", f"../{name}"):
        ended = typed(run, "--resume", wrong)
        assert (ended.code, ended.error) == (
            4,
            f"There is no healing {wrong}. The last ones: {name}.",
        )
    assert journal.sessions() == [name]


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [
        (Fails(401, "authentication_error", "invalid x-api-key"), 14, "key is not accepted"),
        (Fails(404, "not_found_error", "model: nothing"), 13, "name another with --model"),
        (Fails(403, "permission_error", "not yours"), 14, "key is not accepted"),
        (ASKS, 10, "ambiguous"),
    ],
    ids=["401", "404", "403", "a question"],
)
def test_every_line_for_a_program_is_json(
    project: Path, answer: Answer, code: int, says: str
) -> None:
    """Also the last one of a healing that could not begin."""
    ended = typed(run, "--resume", heal.begin(JOB, project), "--json", answer=answer)
    events = [json.loads(line) for line in ended.printed.splitlines()]
    assert [event["event"] for event in (events[0], events[-1])] == ["start", "end"]
    assert ended.code == code == events[-1]["exit_code"]
    assert says in events[-1]["why"]


def test_a_reader_that_has_gone_ends_it(project: Path) -> None:
    """As `| head -1` does: no traceback, and the healing can be gone on with."""
    name = heal.begin(JOB, project)
    reading, writing = os.pipe()
    os.close(reading)
    with serve(in_turn(ASKS)) as api:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("self-heal")), "run", "--resume", name],
            env={**os.environ, "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api.url},
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    os.close(writing)
    assert (done.returncode, done.stderr) == (130, "")
    assert typed(run, "--resume", name).code == 10
