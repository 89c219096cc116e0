"""The pytest plugin: transcripts are test items, seen from a test suite of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_replay import transcript
from agent_replay.transcript import Verdict
from tests.replay.conftest import RULES, with_turn

pytest_plugins = ["pytester"]
GOOD = RULES / "3-refusing.transcript.jsonl"
OPTIONS = ("-p", "no:randomly", "-p", "no:recording")


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with one good transcript and one whose recorded verdict is another."""
    session = transcript.read(GOOD)
    transcript.write(session, pytester.path / "good.transcript.jsonl")
    transcript.write(with_turn(session, 2, verdict=Verdict()), pytester.path / _BAD)
    return pytester


_BAD = Path("bad.transcript.jsonl")


def test_each_transcript_is_two_items_with_ids(suite: pytest.Pytester) -> None:
    """The decisions, and the invariants."""
    done = suite.runpytest_subprocess(*OPTIONS, "-v")
    done.assert_outcomes(passed=2, failed=2)
    done.stdout.fnmatch_lines_random(
        [
            "*good*decisions PASSED*",
            "*good*invariants PASSED*",
            "*bad*decisions FAILED*",
            "*turn 2: allow is now deny*",
            "*again: self-heal replay --guard-only *bad.transcript.jsonl*",
        ]
    )


def test_they_run_under_xdist(suite: pytest.Pytester) -> None:
    """With the same ids in every process."""
    done = suite.runpytest_subprocess(*OPTIONS, "-n", "2")
    done.assert_outcomes(passed=2, failed=2)


def test_a_marked_test_gets_its_transcript(suite: pytest.Pytester) -> None:
    """Judged before the test; a transcript that does not hold is an error of the test."""
    path = suite.makepyfile(
        """
        import pytest

        @pytest.mark.transcript("good.transcript.jsonl")
        def test_good(transcript):
            assert len(transcript.turns) == 3

        @pytest.mark.transcript("bad.transcript.jsonl")
        def test_bad():
            pass

        def test_other():
            pass
        """
    )
    done = suite.runpytest_subprocess(*OPTIONS, "--strict-markers", str(path))
    done.assert_outcomes(passed=2, errors=1)


def test_a_damaged_file_is_named_with_its_line(suite: pytest.Pytester) -> None:
    """Without a traceback."""
    (suite.path / "worse.transcript.jsonl").write_text("{}\n")
    done = suite.runpytest_subprocess(*OPTIONS, "worse.transcript.jsonl")
    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(["*worse.transcript.jsonl:1: a line has exactly one of*"])
    done.stdout.no_fnmatch_line("*Traceback*")
