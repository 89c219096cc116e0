"""What holds in every session; each invariant is seen to fail on a session that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent_replay import invariants, transcript
from agent_replay.transcript import SUFFIX, Result, Transcript, Turn, Verdict
from tests.replay.conftest import TRANSCRIPTS

COMMITTED = sorted(TRANSCRIPTS.rglob(f"*{SUFFIX}"))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_they_hold_in_every_committed_session(path: Path) -> None:
    """Accepting and refusing ones."""
    assert invariants.faults(transcript.read(path)) == []


def find(session: Transcript, what: str) -> int:
    """The place (from 0) of the first call that ran and whose arguments have a text."""
    turns = enumerate(session.turns)
    return next(n for n, turn in turns if what in str(turn.call.input) and turn.result)


def moved_first(what: str) -> Callable[[Transcript], Transcript]:
    """A call is made before everything else."""

    def change(session: Transcript) -> Transcript:
        turns = list(session.turns)
        turns.insert(0, turns.pop(find(session, what)))
        return session.model_copy(update={"turns": tuple(turns)})

    return change


def changed(what: str, change: Callable[[Turn], Turn]) -> Callable[[Transcript], Transcript]:
    """One turn is another one."""

    def apply(session: Transcript) -> Transcript:
        turns = list(session.turns)
        number = find(session, what)
        turns[number] = change(turns[number])
        return session.model_copy(update={"turns": tuple(turns)})

    return apply


def written_to(path: str) -> Callable[[Turn], Turn]:
    """The same call with another path."""

    def change(turn: Turn) -> Turn:
        call = turn.call.model_copy(update={"input": {**turn.call.input, "file_path": path}})
        return turn.model_copy(update={"call": call})

    return change


def refused(turn: Turn) -> Turn:
    """The call was refused, and has a result nevertheless."""
    return turn.model_copy(update={"verdict": Verdict(decision="deny")})


def twice(session: Transcript) -> Transcript:
    """The same call is in the file two times."""
    return session.model_copy(update={"turns": (*session.turns, session.turns[3])})


@pytest.mark.parametrize(
    ("break_it", "invariant"),
    [
        (twice, "each call has one result"),
        (changed("bauplan info", refused), "each call has one result"),
        (
            changed("bauplan info", lambda t: t.model_copy(update={"result": None})),
            "each call has one result",
        ),
        (moved_first("pipeline/models.py', 'old_string"), "no project edit before the pin"),
        (moved_first("pipeline/models.py', 'old_string"), "no edit before evidence"),
        (moved_first("bauplan run"), "no run before inspection"),
        (changed("debug/summary.md", written_to("../elsewhere.md")), "no effect outside the scope"),
        (changed("debug/summary.md", written_to("~/notes.md")), "no effect outside the scope"),
        (changed("debug/summary.md", written_to("/etc/motd")), "no effect outside the scope"),
        (changed("debug/summary.md", written_to(".git/config")), "no effect outside the scope"),
    ],
)
def test_a_session_that_breaks_one_is_found(
    session: Transcript, break_it: Callable[[Transcript], Transcript], invariant: str
) -> None:
    """With the turn where it breaks."""
    found = invariants.faults(break_it(session))
    assert invariant in {fault.invariant for fault in found}
    assert all(1 <= fault.turn <= len(session.turns) + 1 for fault in found)


def test_what_was_refused_breaks_nothing(session: Transcript) -> None:
    """An edit that did not happen is no edit."""
    early = moved_first("pipeline/models.py', 'old_string")(session)
    first = early.turns[0].model_copy(update={"verdict": Verdict(decision="deny"), "result": None})
    again = early.model_copy(update={"turns": (first, *early.turns[1:])})
    assert invariants.faults(again) == []


def test_an_edit_that_failed_is_no_edit(session: Transcript) -> None:
    """The tool said no."""
    early = moved_first("pipeline/models.py', 'old_string")(session)
    first = early.turns[0].model_copy(update={"result": Result(ok=False, text="not found")})
    assert invariants.faults(early.model_copy(update={"turns": (first, *early.turns[1:])})) == []
