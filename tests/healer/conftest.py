"""A small project under git with a state folder of its own, and a healing in this process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from healer import heal
from healer.budget import Budget
from healer.heal import Settings
from healer.outcome import Outcome
from tests.healer.api import Api, Script, serve

JOB = "0b9b2c9e-2f0e-4d8e-9f5e-6f6a2f0d7c11"
KEY = "sk-ant-a-key-that-nobody-may-see"


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


def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Cassettes of the healer fit by the form of the conversation."""
    from tests.healer.test_cassettes import conversation

    assert config
    vcr.register_matcher("conversation", conversation)
