"""Recorded sessions to work on, and one seeded stage that every test finds as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_replay import replay, transcript
from agent_replay.snapshot import undone
from agent_replay.transcript import Transcript
from self_heal.places import plugin_root
from self_heal.stage import Stage

TRANSCRIPTS = plugin_root() / "tests" / "transcripts"
RULES = TRANSCRIPTS / "rules"
SELF_HEAL = Path(sys.executable).with_name("self-heal")


@pytest.fixture
def session() -> Transcript:
    """The whole healing: 57 calls, six refusals."""
    return transcript.read(TRANSCRIPTS / "schema-drift.transcript.jsonl")


@pytest.fixture
def pinned() -> Transcript:
    """A short session that pins the data, makes a branch and commits a report: ten calls."""
    return transcript.read(RULES / "2-accepting.transcript.jsonl")


@pytest.fixture(scope="session")
def shared_stage() -> Iterator[Stage]:
    """One seeded stage for all tests of a process: setting it up takes seconds."""
    with replay.seeded("schema-drift") as stage:
        yield stage


@pytest.fixture
def stage(shared_stage: Stage) -> Iterator[Stage]:
    """The stage as it was set up; what the test does there is undone."""
    with undone(shared_stage):
        yield shared_stage


@pytest.fixture
def self_heal(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command line, as a person types it."""

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        command = [str(SELF_HEAL), *map(str, words)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def with_turn(session: Transcript, number: int, **changed: object) -> Transcript:
    """The session with one turn (from 1) changed."""
    turns = list(session.turns)
    turns[number - 1] = turns[number - 1].model_copy(update=changed)
    return session.model_copy(update={"turns": tuple(turns)})
