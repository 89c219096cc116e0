"""Where a session goes on in another way, the guard is still there: with the real Claude Code.

A forbidden call leaves a file when it runs, and its refusal is what the model reads. An engine
that is killed or hangs is tried for every runtime in `tests/runtimes`.
"""

from __future__ import annotations

import importlib.util
import json
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.claude.room import REASON, SKILL, Room, Step, agent, bash, forbidden

pytestmark = [pytest.mark.claude, pytest.mark.xdist_group("claude")]


@pytest.fixture(scope="module", params=["node", "native"])
def program(request: pytest.FixtureRequest) -> Path:
    """The version that npm resolves, and the newest: the one that the Agent SDK carries."""
    if request.param == "node":
        return Path(request.getfixturevalue("claude"))
    found = importlib.util.find_spec("claude_agent_sdk")
    if found is None or found.origin is None:
        pytest.skip("the newest Claude Code comes with claude-agent-sdk, which is not installed")
    return Path(found.origin).parent / "_bundled" / "claude"


class Healed(Room):
    """A room in which a session has begun to heal."""

    def __init__(self, program: Path, folder: Path) -> None:
        super().__init__(program, folder)
        self.id = str(uuid.uuid4())
        calls = (SKILL, forbidden("at-once"), bash("cd pipeline && touch below"), agent())
        self.read = self.session("Heal the job", *calls, options=["--session-id", self.id])

    def resumed(self, *calls: Step, options: Sequence[str] = (), prompt: str = "Go on") -> str:
        """A new process goes on with the session."""
        return self.session(prompt, *calls, options=["--resume", self.id, *options])


@pytest.fixture(scope="module")
def room(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Healed:
    """One healing for all tests; each goes on with it in its own way."""
    return Healed(program, tmp_path_factory.mktemp("room"))


def test_in_a_subagent_and_in_another_folder(room: Healed):
    assert room.read.count(REASON) >= 2
    assert not any(room.ran(name) for name in ("at-once", "below", "by-subagent"))
    assert "A part." in room.read


def test_after_resume_and_in_a_fork_that_is_resumed(room: Healed):
    """A fork has another session id, and its process has never been in the first session."""
    assert REASON in room.resumed(forbidden("after-resume"))
    fork = str(uuid.uuid4())
    options = ("--fork-session", "--session-id", fork)
    assert REASON in room.resumed(forbidden("in-fork"), options=options)
    again = room.session("Go on", forbidden("in-fork-again"), options=["--resume", fork])
    assert REASON in again
    assert not any(room.ran(n) for n in ("after-resume", "in-fork", "in-fork-again"))


def test_after_compaction(room: Healed):
    room.resumed(prompt="/compact")
    assert REASON in room.resumed(forbidden("after-compaction"))
    assert not room.ran("after-compaction")


def test_a_session_that_starts_in_a_subfolder(room: Healed):
    read = room.session("Heal", SKILL, forbidden("started-below"), cwd=room.project)
    assert REASON in read
    assert not room.ran("started-below")


def test_settings_that_would_switch_hooks_off_in_mid_session(room: Healed):
    """Somebody else writes them; Claude Code asks the guard, which refuses the change."""
    settings = room.home / ".claude" / "settings.json"

    def switch_off() -> None:
        settings.parent.mkdir(exist_ok=True)
        settings.write_text('{"disableAllHooks": true}')
        until = time.monotonic() + 20
        while not _changes(room) and time.monotonic() < until:
            time.sleep(0.05)

    try:
        read = room.resumed(bash("ls"), switch_off, forbidden("hooks-off"))
    finally:
        settings.unlink()
    assert _changes(room) == ["deny"]
    assert REASON in read
    assert not room.ran("hooks-off")


def test_a_session_that_does_not_heal_is_left_alone(room: Healed):
    """The same home, the same repository, another conversation."""
    room.session("Tidy up", forbidden("not-healing"))
    assert room.ran("not-healing")


def _changes(room: Room) -> list[str]:
    """The guard's verdicts on changes of settings."""
    audit = room.home / ".local" / "state" / "self-healing-pipeline" / "audit"
    lines = [line for path in audit.glob("*.jsonl") for line in path.read_text().splitlines()]
    entries = [json.loads(line) for line in lines]
    return [entry["decision"] for entry in entries if entry["event"] == "ConfigChange"]
