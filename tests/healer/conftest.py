"""A small project under git with a state folder of its own, and a healing in this process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import bauplan
import pyarrow as pa
import pytest
import yaml

from fake_bauplan import jobs as job_store
from fake_bauplan.clock import iso
from fake_bauplan.jobs import Jobs
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import serve as serve_lakehouse
from healer import heal
from healer.budget import Budget
from healer.failures import Failures, Wanted
from healer.heal import Settings
from healer.outcome import Outcome
from healer.watch import Rules, Watcher
from tests.healer.api import Api, Script, serve

JOB = "0b9b2c9e-2f0e-4d8e-9f5e-6f6a2f0d7c11"
KEY = "sk-ant-a-key-that-nobody-may-see"


USER = "demo"
PROJECT = "5b0c2f6e-7d0a-4c54-9c1e-3f6a2d1b8e70"
MODEL = """\
import bauplan

@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{version}")
def means(trips=bauplan.Model("trips")):
    raise ValueError("minutes are text")
"""


class Seen(NamedTuple):
    """How a healing ended, what was shown of it, and what the API was sent."""

    outcome: Outcome
    events: list[dict[str, Any]]
    api: Api

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["event"] == kind]


Heals = Callable[..., Seen]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository on `main` with one model; this process has a home of its own."""
    repo = tmp_path / "repository"
    repo.mkdir()
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    (repo / "bauplan_project.yml").write_text("project:\n  id: 1\n  name: small\n")
    (repo / "models.py").write_text("import bauplan\n")
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "Data Team"],
        ["config", "user.email", "data@example.com"],
        ["add", "--all"],
        ["commit", "--quiet", "-m", "A pipeline"],
    ):
        subprocess.run(["git", *words], cwd=repo, check=True)
    return repo


@pytest.fixture
def heals(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heals]:
    """Heals against a scripted API; `session` goes on with an earlier healing."""

    def run(script: Script, session: str = "", answer: str = "", **limits: Any) -> Seen:
        shown: list[dict[str, Any]] = []

        def show(event: str, /, **values: Any) -> None:
            shown.append({"event": event, **values})

        with serve(script) as api:
            monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
            name = session or heal.begin(JOB, project)
            settings = Settings(Budget(**limits), answer=answer, retries=2, pause=0.0)
            found = heal.heal(name, KEY, settings, show)
        return Seen(found, shown, api)

    return run


class House(NamedTuple):
    """A lakehouse that is served, and a project whose runs fail."""

    lakehouse: Lakehouse
    project: Path
    folder: Path
    home: Path

    def fail(self, branch: str = "main") -> str:
        """Run the project for real; gives the failed job's id."""
        program = Path(sys.executable).with_name("bauplan")
        words = [program, "run", "--project-dir", self.project, "--ref", branch]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert "minutes are text" in done.stdout + done.stderr
        (job,) = bauplan.Client().get_jobs(limit=1)
        return job.id

    def failures(self, **wanted: Any) -> Failures:
        """What a watcher of the owner looks at."""
        return Failures(bauplan.Client(), USER, Wanted(**{"project": PROJECT, **wanted}))

    def watch(self, **rules: Any) -> list[dict[str, Any]]:
        """One watcher looks once; gives its events."""
        shown: list[dict[str, Any]] = []

        def show(event: str, /, **values: Any) -> None:
            shown.append({"event": event, **values})

        given = Rules(**{"source": self.project, "folder": self.folder, "once": True, **rules})
        Watcher(given, self.failures(), USER, KEY, show).run()
        return shown

    def branches(self) -> list[Any]:
        """Every branch of the owner's."""
        return list(bauplan.Client().get_branches(name=USER))

    def hash(self, ref: str) -> str:
        """Where a branch stands."""
        return self.lakehouse.catalog.resolve(ref).hash


@pytest.fixture
def house(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The account lies in the home folder, as a person's does."""
    for name in ("BAUPLAN_API_KEY", "BAUPLAN_API_ENDPOINT", "BAUPLAN_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (project / "bauplan_project.yml").write_text(f"project:\n  id: {PROJECT}\n  name: trips\n")
    (project / "models.py").write_text(MODEL.format(version=version))
    subprocess.run(["git", "commit", "--quiet", "-am", "Means"], cwd=project, check=True)
    with Lakehouse(tmp_path / "lake", seed=3) as lakehouse, serve_lakehouse(lakehouse) as server:
        lakehouse.load_table("bauplan", "trips", pa.table({"minutes": ["1", "2"]}))
        config = tmp_path / "home" / ".bauplan" / "config.yml"
        config.parent.mkdir()
        profile = {"api_key": lakehouse.key, "api_endpoint": server.endpoint}
        config.write_text(yaml.safe_dump({"profiles": {"default": profile}}))
        yield House(lakehouse, project, tmp_path / "healings", tmp_path / "home")


class AddFailures(Protocol):
    """Puts failed runs into the job store, a second apart, from a moment on; gives their ids."""

    def __call__(
        self, count: int, start: datetime, user: str = USER, project: str = PROJECT
    ) -> list[str]:
        """Add them."""


@pytest.fixture
def add_failures(house: House) -> AddFailures:
    """Into the house's own store."""
    database = house.lakehouse.database("jobs", job_store.SCHEMA)
    jobs = Jobs(database, house.lakehouse.clock, house.lakehouse.ids)

    def add(count: int, start: datetime, user: str = USER, project: str = PROJECT) -> list[str]:
        ref = f"main@{house.hash('main')}"
        found = []
        for number in range(count):
            at = iso(start + timedelta(seconds=number))
            job = jobs.create(job_store.KINDS[0], user, ref=ref, project_id=project)
            jobs.update(job.id, status=job_store.FAIL, created=at, finished=at)
            found.append(job.id)
        return found

    return add


def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Cassettes of the healer fit by the form of the conversation."""
    from tests.healer.test_cassettes import conversation

    assert config
    vcr.register_matcher("conversation", conversation)
