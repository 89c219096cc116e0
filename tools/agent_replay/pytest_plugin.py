"""Transcripts as tests: a collected `*.transcript.jsonl`, or a test marked with one.

Each collected file gives two items: `decisions` (judged by today's guard, nothing runs) and
`invariants`. With `--execute-transcripts` a third one, `execution`, replays it for real.
`@pytest.mark.transcript("path")` gives a test the fixture `transcript` and judges the file first;
the path counts from the test's own folder.

Registered as a pytest plugin by the package; nothing heavy loads until there is a transcript.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from agent_replay.transcript import Transcript

SUFFIX = ".transcript.jsonl"
MARKER = "transcript(path): judge a recorded session by today's guard before the test"


class Failed(Exception):
    """What did not hold, as it is shown."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--execute-transcripts`: replay collected transcripts for real, too."""
    group = parser.getgroup("transcripts")
    group.addoption(
        "--execute-transcripts",
        action="store_true",
        help="replay collected transcripts on a fake lakehouse, too (seconds each)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file of the right name is a collection of items."""
    if file_path.name.endswith(SUFFIX):
        collector: TranscriptFile = TranscriptFile.from_parent(parent, path=file_path)
        return collector
    return None


class TranscriptFile(pytest.File):
    """One transcript."""

    def collect(self) -> Iterator[pytest.Item]:
        """Its items, each with an id of its own."""
        checks = {"decisions": decisions, "invariants": invariants}
        if self.config.getoption("--execute-transcripts"):
            checks["execution"] = execution
        for name, check in checks.items():
            yield TranscriptItem.from_parent(self, name=name, check=check)


class TranscriptItem(pytest.Item):
    """One check of one transcript."""

    def __init__(self, *, check: Callable[[Path], None], **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.check = check

    def runtest(self) -> None:
        """Raises `Failed` with what differs."""
        self.check(self.path)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        """What differs is the whole message; a bug keeps its traceback."""
        from self_heal.errors import SelfHealError

        if isinstance(excinfo.value, (Failed, SelfHealError)):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))  # type: ignore[arg-type]

    def reportinfo(self) -> tuple[Path, int, str]:
        """How the item is called in a report."""
        return self.path, 0, f"{self.path.name}::{self.name}"


def decisions(path: Path) -> None:
    """Every decision is the recorded one."""
    from agent_replay import judge

    judged = judge.judge_file(path)
    said = [f"turn {c.turn}: {c.before.decision} is now {c.now.decision}" for c in judged.changed]
    said += [f"turn {u.turn}: not judged: {u.question}" for u in judged.unjudged]
    _hold(path, said, f"self-heal replay --guard-only {path}")


def invariants(path: Path) -> None:
    """Every invariant holds."""
    from agent_replay import invariants as checks
    from agent_replay import transcript

    found = checks.faults(transcript.read(path))
    said = [f"turn {fault.turn}: {fault.invariant}: {fault.saw}" for fault in found]
    _hold(path, said, f"self-heal transcript check {path}")


def execution(path: Path) -> None:
    """The session goes as it was recorded."""
    from agent_replay import replay, transcript

    found = replay.replay(transcript.read(path)).differences
    said = [f"turn {one.turn}: {one.of}: {one.call}\n{one.diff()}" for one in found]
    _hold(path, said, f"self-heal replay {path}")


def _hold(path: Path, said: list[str], command: str) -> None:
    if said:
        raise Failed("\n".join([str(path), *said, f"again: {command}"]))


@pytest.fixture
def transcript(request: pytest.FixtureRequest) -> Transcript:
    """The transcript that the test is marked with, its decisions judged already."""
    from agent_replay import transcript as transcripts

    marker = request.node.get_closest_marker("transcript")
    if marker is None or len(marker.args) != 1:
        raise pytest.UsageError('mark the test with @pytest.mark.transcript("path")')
    path = request.path.parent / marker.args[0]
    found = transcripts.read(path)
    decisions(path)
    return found


@pytest.fixture(autouse=True)
def _marked_transcript(request: pytest.FixtureRequest) -> None:
    """A marked test judges its transcript, whether it asks for the fixture or not."""
    if request.node.get_closest_marker("transcript") is not None:
        request.getfixturevalue("transcript")
