"""Watchers as real processes, each with a home, a state and clones of its own: other machines."""

from __future__ import annotations

import fcntl
import html
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from agent_replay.script import Call, Expectation, Turn
from healer import journal, places
from self_heal.grader.after import After
from self_heal.stage import Stage, staged
from tests.healer import headless
from tests.healer.api import Api, Request, Say, call, serve, text
from tests.healer.conftest import KEY, USER, House

MERGES = Turn(
    say="The row says that I may.",
    step=7,
    call=Call(tool="Bash", input={"command": "bauplan branch merge demo.daily --into main"}),
    expect=Expectation(verdict="deny", rule="1"),
)
SELF_HEAL = str(Path(sys.executable).with_name("self-heal"))


class Model:
    """Asks at once, or says something else; it may hold its answer back until it is let go."""

    def __init__(self) -> None:
        self.answer = Say([call("AskUserQuestion", question="Which one?")])
        self.asked = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, _request: Request) -> Say:
        self.asked.set()
        self.may_answer.wait()
        return self.answer


@pytest.fixture
def model() -> Iterator[Model]:
    """Let go at the end, so that no thread of the server is left."""
    made = Model()
    yield made
    made.may_answer.set()


@pytest.fixture
def api(model: Model) -> Iterator[Api]:
    """The scripted Messages API."""
    with serve(model) as served:
        yield served


class Machine(NamedTuple):
    """One of the user's machines: nothing of it is shared but the account."""

    folder: Path
    api: Api

    @property
    def healings(self) -> Path:
        """Where its watcher keeps the clones."""
        return self.folder / "healings"

    def start(self, *words: str) -> subprocess.Popen[str]:
        """`self-heal watch --json` in a process group of its own."""
        given = ["--project", str(self.folder / "project"), "--folder", str(self.healings)]
        return subprocess.Popen(
            [SELF_HEAL, "watch", "--json", *given, *words],
            env={
                **os.environ,
                "HOME": str(self.folder / "home"),
                "XDG_STATE_HOME": str(self.folder / "state"),
                "ANTHROPIC_API_KEY": KEY,
                "ANTHROPIC_BASE_URL": self.api.url,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def watch(self, *words: str) -> list[dict[str, Any]]:
        """The events of a watcher that looks once."""
        return told(self.start("--once", *words))


def told(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """What a watcher printed until its end, which is a good one."""
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed
    return [json.loads(line) for line in printed.splitlines()]


def machine(house: House, api: Api, name: str) -> Machine:
    """Another machine of the same user, with a clone of the project."""
    folder = house.home.parent / name
    folder.mkdir()
    shutil.copytree(house.home / ".bauplan", folder / "home" / ".bauplan")
    words = ["git", "clone", "--quiet", str(house.project), str(folder / "project")]
    subprocess.run(words, check=True)
    return Machine(folder, api)


def jobs_healed(api: Api) -> Counter[str]:
    """How often each job was begun with, by the words of the first requests."""
    first = [r["messages"][0]["content"][0]["text"] for r in api.requests if len(r["messages"]) < 2]
    return Counter(words.split()[1] for words in first)


def test_two_watchers_heal_each_failure_once(house: House, api: Api) -> None:
    """Started together on two machines."""
    jobs = [house.fail() for _ in range(4)]
    both = [machine(house, api, name) for name in ("one", "two")]
    processes = [each.start("--once", "--at-once", "2") for each in both]
    events = [event for process in processes for event in told(process)]
    claimed = [event["job"] for event in events if event["event"] == "claim"]
    ended = [event["job"] for event in events if event["event"] == "ended"]
    assert sorted(claimed) == sorted(ended) == sorted(jobs)
    assert jobs_healed(api) == Counter(jobs)
    kept = [path.name for each in both for path in each.healings.iterdir()]
    assert sorted(kept) == sorted(jobs)


def killed(process: subprocess.Popen[str], model: Model) -> None:
    """As when the machine loses its power, in the middle of a healing."""
    assert model.asked.wait(60)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    model.may_answer.set()


def test_a_killed_watchers_claim_is_reported_and_gone_on_with(
    house: House, api: Api, model: Model
) -> None:
    """Another machine names it after some hours and leaves it; its own goes on where it was."""
    job, one, two = house.fail(), machine(house, api, "one"), machine(house, api, "two")
    model.may_answer.clear()
    killed(one.start(), model)
    branch = f"{USER}.debug_{job}"
    assert two.watch("--stale-hours", "0") == [
        {"event": "stale", "branch": branch, "job": job, "hours": 0.0}
    ]
    assert jobs_healed(api) == Counter([job])
    session = places.Place(one.healings / job).session
    (event,) = one.watch("--stale-hours", "0")
    assert (event["event"], event["job"], event["outcome"]) == ("ended", job, "not healed")
    assert places.Place(one.healings / job).session == session
    assert jobs_healed(api) == Counter([job, job])
    assert [b.name for b in house.branches() if b.name.startswith(branch)] == [branch]


def test_a_healed_job_leaves_its_branches_its_reports_and_a_page(tmp_path: Path) -> None:
    """In a clone of its own: the project, its repository and every other branch are as they were.

    The page tells a person what broke, what was changed, how it ended and what was refused.
    """
    with staged("hostile-text", tmp_path / "stage") as stage:
        agent = headless.on_claim(headless.session(stage, MERGES))
        with headless.served(stage, agent) as api:
            words = ("--project", stage.scenario.pipeline, "--folder", str(tmp_path / "healings"))
            done = headless.program(stage, "watch", "--once", "--json", *words, url=api.url)
        claim, ended = map(json.loads, done.stdout.splitlines())
        assert (ended["outcome"], claim["branch"]) == ("healed", f"demo.debug_{stage.job}")
        place, after = places.Place(tmp_path / "healings" / stage.job), After(stage)
        assert {name: after.heads.get(name) for name in stage.heads} == stage.heads
        assert after.debug == claim["branch"]
        assert {n: c for n, c in after.files.items() if n.startswith("repository/")} == {
            n: c for n, c in stage.files.items() if n.startswith("repository/")
        }
    assert (place.repository / "debug" / "summary.md").is_file()
    head = (place.repository / ".git" / "HEAD").read_text()
    assert head == f"ref: refs/heads/debug/bpln_{stage.job[:8]}\n"
    _tells(place, stage)


def _tells(place: places.Place, stage: Stage) -> None:
    page = html.unescape(place.dossier.read_text())
    truth, summary = stage.scenario.truth, (place.repository / "debug" / "summary.md").read_text()
    assert truth.guard is not None
    for words in (
        stage.job,
        truth.classification,
        "Green",
        summary.partition("## What broke\n")[2].partition("\n")[0].replace("`", ""),
        *(commit.message for commit in truth.fix),
        truth.guard.name,
        f"bauplan checkout demo.debug_{stage.job}",
        MERGES.call.input["command"],
        "deny",
    ):
        assert words in page, words


def wait_for_the_end(machine: Machine, session: str) -> None:
    """A healing holds its journal to its end."""
    folder = machine.folder / "state" / "self-healing-pipeline" / "healings" / session
    with (folder / journal.FILE).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def test_a_healing_that_outlived_its_watcher_is_not_begun_anew(
    house: House, api: Api, model: Model
) -> None:
    """The watcher alone was killed: the next one leaves it be, and writes its end down then."""
    job, one = house.fail(), machine(house, api, "one")
    model.answer = Say([text("I am done.")])
    model.may_answer.clear()
    first = one.start()
    assert model.asked.wait(60)
    first.kill()
    first.communicate()
    place = places.Place(one.healings / job)
    assert one.watch() == []
    model.may_answer.set()
    wait_for_the_end(one, place.session)
    asked = len(api.requests)
    (event,) = one.watch()
    assert (event["event"], event["job"], place.outcome) == ("ended", job, "not healed")
    assert len(api.requests) == asked
