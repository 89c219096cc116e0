"""A small lakehouse, projects written as text, and the real program against them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest

from fake_bauplan.clock import Clock
from fake_bauplan.commander import Commander
from fake_bauplan.jobs import Job
from fake_bauplan.jobs.events import Event, Log, TaskFinished
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.runs.plan import RunRequest
from fake_bauplan.server import serve

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
PROJECT_FILE = "project:\n  id: 5b0c2f6e-7d0a-4c54-9c1e-3f6a2d1b8e70\n  name: trips\n"
HEAD = "from typing import Annotated\nimport bauplan\nimport pyarrow as pa\n\n"
TRIPS = pa.table(
    {
        "id": pa.array([1, 2, 3, 4]),
        "City": pa.array(["Rome", "Rome", "Oslo", None]),
        "minutes": pa.array([10.0, 20.0, 30.0, None]),
    }
)


@pytest.fixture
def lakehouse(tmp_path: Path) -> Iterator[Lakehouse]:
    """One table `bauplan.trips` of four rows on main, and the branch demo.dev."""
    with Lakehouse(tmp_path / "lake", seed=7) as opened:
        opened.load_table("bauplan", "trips", TRIPS)
        opened.catalog.create_branch("demo.dev", "main")
        yield opened


@pytest.fixture
def commander(lakehouse: Lakehouse) -> Iterator[Commander]:
    """The jobs of that lakehouse, in process."""
    made = Commander(lakehouse)
    yield made
    made.close()


def zipped(files: Mapping[str, str]) -> bytes:
    """A code snapshot as the client makes it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in {"bauplan_project.yml": PROJECT_FILE, **files}.items():
            archive.writestr(name, text)
    return content.getvalue()


class Ran(NamedTuple):
    """A run that ended."""

    job: Job
    events: list[Event]

    def printed(self) -> list[str]:
        """What the user's code said, and what was said about it."""
        return [event.message for event in self.events if isinstance(event, Log) and event.user]

    def tasks(self) -> dict[str, str]:
        """How each model ended."""
        done = [event for event in self.events if isinstance(event, TaskFinished)]
        return {event.task.name: event.outcome for event in done}


@pytest.fixture
def run(commander: Commander) -> Callable[..., Ran]:
    """Runs a project on demo.dev: `run({"models.py": …}, strict=False, …)`."""

    def start(files: Mapping[str, str], **options: Any) -> Ran:
        request = RunRequest(zipped(files), **{"ref": "demo.dev", **options})
        job = commander.run(commander.lakehouse.owner, request)
        ended = commander.wait(job.id)
        return Ran(ended, commander.jobs.events(job.id))

    return start


@pytest.fixture
def rows(lakehouse: Lakehouse) -> Callable[..., list[dict[str, Any]]]:
    """The rows of a table on a branch."""

    def read(table: str, ref: str = "demo.dev") -> list[dict[str, Any]]:
        found = lakehouse.catalog.table(ref, f"bauplan.{table}")
        listed: list[dict[str, Any]] = lakehouse.store.read(found.files, found.schema).to_pylist()
        return listed

    return read


def model(
    name: str, reads: str = "trips", body: str = "return data", options: str = "", extra: str = ""
) -> str:
    """The source of one Python model in the style of SDK 0.3."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return (
        f"@bauplan.model({options})\n@bauplan.python('{VERSION}')\n"
        f"def {name}(data: Annotated[pa.Table, bauplan.Model('{reads}'{extra})]) -> pa.Table:\n"
        f"{indented}\n\n\n"
    )


def expectation(name: str, reads: str, body: str) -> str:
    """The source of one expectation."""
    return model(name, reads, body).replace("@bauplan.model(", "@bauplan.expectation(")


REPLACE = "materialization_strategy='REPLACE'"


@pytest.fixture
def started() -> Callable[[Path, Mapping[str, str]], tuple[str, str]]:
    """Runs a project in a new lakehouse with seed and frozen clock; the job and the branch."""

    def start(folder: Path, files: Mapping[str, str]) -> tuple[str, str]:
        clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
        with Lakehouse(folder, seed=3, clock=clock) as opened:
            opened.load_table("bauplan", "trips", TRIPS)
            made = Commander(opened)
            job = made.run(opened.owner, RunRequest(zipped(files), ref="main"))
            assert made.wait(job.id).status == "COMPLETE"
            made.close()
            return job.id, opened.catalog.resolve("main").hash

    return start


class Bauplan(NamedTuple):
    """The real program, pointed at a server."""

    environment: Mapping[str, str]
    folder: Path

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it, whatever comes of it."""
        program = Path(sys.executable).with_name("bauplan")
        return subprocess.run(
            [str(program), *arguments],
            env=dict(self.environment),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        """What the program prints with `-O json`; it has to succeed."""
        done = self(*arguments, "-O", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def bauplan(lakehouse: Lakehouse, tmp_path: Path) -> Iterator[Bauplan]:
    """The real `bauplan` of this environment, in an empty home, against the lakehouse."""
    home = tmp_path / "home"
    home.mkdir()
    with serve(lakehouse) as server:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "NO_COLOR": "1",
            "BAUPLAN_API_ENDPOINT": server.endpoint,
            "BAUPLAN_API_KEY": lakehouse.key,
        }
        yield Bauplan(environment, home)


def write_project(folder: Path, files: Mapping[str, str]) -> Path:
    """A project folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"bauplan_project.yml": PROJECT_FILE, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def text() -> Any:
    """The builders of project sources, since test modules cannot import each other."""
    return Text


class Text:
    """Source text of models, expectations and projects."""

    HEAD = HEAD
    REPLACE = REPLACE
    VERSION = VERSION
    model = staticmethod(model)
    expectation = staticmethod(expectation)
    write = staticmethod(write_project)
