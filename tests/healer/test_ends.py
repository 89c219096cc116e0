"""How a healing ends: limits, questions, nothing but forbidden calls, an early stop."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from healer import outcome
from healer.prices import PRICES, Usage, cost
from self_heal import errors
from tests.healer import binding
from tests.healer.api import Request, Say, call, in_turn, text
from tests.healer.conftest import Heals

FORBIDDEN: tuple[dict[str, Any], ...] = (
    call("Bash", command="git push origin main"),
    call("Bash", command="bauplan branch rm demo.debug_1"),
    call("Bash", command="python3 -c 'print(1)'"),
    call("Write", file_path="NOTES.md", content="notes"),
    call("Edit", file_path="models.py", old_string="import", new_string="from"),
    call("Read", file_path="~/.bauplan/config.yml"),
    call("WebFetch", url="https://example.com/"),
)


def state_of(repo: Path) -> tuple[str, dict[str, bytes]]:
    """What git and the disk have."""
    refs = subprocess.run(
        ["git", "for-each-ref"], cwd=repo, capture_output=True, text=True, check=True
    )
    files = {
        str(p): p.read_bytes() for p in repo.rglob("*") if p.is_file() and ".git" not in p.parts
    }
    return refs.stdout, files


def test_a_model_that_only_tries_forbidden_things_changes_nothing(
    heals: Heals, project: Path
) -> None:
    """It ends as not healed, with the count."""
    before = state_of(project)
    seen = heals(in_turn(*(Say([wish]) for wish in FORBIDDEN)), denials=len(FORBIDDEN))
    assert seen.outcome.kind == "not healed"
    assert seen.outcome.exit_code == 10
    assert f"{len(FORBIDDEN)} were refused" in seen.outcome.why
    assert [event["verdict"] for event in seen.of("tool")] == ["deny"] * len(FORBIDDEN)
    assert state_of(project) == before


def test_an_allowed_call_starts_the_count_anew(heals: Heals) -> None:
    """A model that learns from a denial is not sent away."""
    no, yes = Say([FORBIDDEN[0]]), Say([call("Bash", command="ls")])
    end = Say([call("AskUserQuestion", question="Which job?")])
    seen = heals(in_turn(no, no, yes, no, no, end), denials=3)
    assert seen.outcome.why == "ambiguous: Which job?"


def test_a_question_is_the_outcome(heals: Heals) -> None:
    """Where a person would have been asked, the person reads the question afterwards."""
    asked = "Two jobs failed at 10:00: a1 or b2?"
    seen = heals(in_turn(Say([call("AskUserQuestion", question=asked)])))
    assert seen.outcome == outcome.Outcome("not healed", f"ambiguous: {asked}")


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ({"turns": 3}, "3 turns"),
        ({"tokens": 40_000}, "40,000 tokens"),
        ({"dollars": 0.05}, "$0.05"),
        ({"minutes": 0.0}, "0 minutes"),
    ],
    ids=["turns", "tokens", "money", "minutes"],
)
def test_a_limit_ends_it(heals: Heals, limit: dict[str, Any], says: str) -> None:
    """Each limit is named, and the exit code is its own."""
    seen = heals(in_turn(Say([call("Bash", command="ls")], tokens=15_000)), **limit)
    assert seen.outcome.kind == "budget"
    assert seen.outcome.exit_code == 12
    assert says in seen.outcome.why
    assert len(seen.api.requests) <= 3


def test_a_model_that_stops_early_is_told_what_is_missing(heals: Heals) -> None:
    """Twice; then its last words are in the outcome."""
    seen = heals(in_turn(Say([text("I am done.")])))
    assert seen.outcome.kind == "not healed"
    assert "no rerun" in seen.outcome.why
    assert "I am done." in seen.outcome.why
    assert len(seen.api.requests) == 3
    last = seen.api.requests[-1]["messages"]
    assert [message["role"] for message in last] == ["user", "assistant"] * 2 + ["user"]
    assert "not complete" in last[-1]["content"][0]["text"]


def test_a_blocked_summary_is_an_end(heals: Heals, project: Path) -> None:
    """The blocker that the model writes down is the outcome's reason."""
    (project / "debug").mkdir()
    (project / "debug" / "summary.md").write_text(
        "# Self-Healing Summary\n\n## Rerun result\nFailed — blocked: no bauplan program\n"
    )
    seen = heals(in_turn(Say([text("Blocked.")])))
    assert seen.outcome.why == "blocked: no bauplan program"
    assert len(seen.api.requests) == 1


def test_calls_of_one_answer_are_answered_together_and_in_order(heals: Heals) -> None:
    """Looks run side by side; a denied one among them keeps its place."""
    asked = [
        call("Bash", command="ls"),
        call("Read", file_path="models.py"),
        call("Bash", command="git push origin main"),
        call("Glob", pattern="**/*.py"),
        call("Grep", pattern="^import"),
    ]
    seen = heals(in_turn(Say(asked), Say([call("AskUserQuestion", question="Enough?")])))
    results = seen.api.requests[-1]["messages"][-1]["content"]
    assert [r["tool_use_id"] for r in results] == [f"toolu_{n:04}" for n in range(len(asked))]
    assert [bool(r.get("is_error")) for r in results] == [False, False, True, False, False]
    assert "bauplan_project.yml" in results[0]["content"]
    assert results[1]["content"] == "import bauplan\n"
    assert "models.py:1:import bauplan" in results[4]["content"]


def thoughts(request: Request) -> int:
    """How many thoughts are sent back."""
    blocks = [block for message in request["messages"] for block in message["content"]]
    return sum(block["type"] == "thinking" for block in blocks)


def test_a_long_session_stays_inside_the_window(heals: Heals, project: Path) -> None:
    """Old results give way when the window fills up; the newest stay, and every call its answer.

    The thoughts that came after one go with it, for the API takes none that is bound to what was.
    """
    (project / "long.sql").write_text("-- a long model\n" * 600)
    numbers = iter(range(1, 100))

    def script(request: Request) -> Say:
        number = next(numbers)
        if number == 30:
            return Say([call("AskUserQuestion", question="Enough?")])
        size = len(str(request["messages"])) * 6
        return Say([call("Read", file_path="long.sql")], tokens=size, thinks=True)

    seen = heals(script, tokens=10**9, dollars=10**6)
    sizes = [len(str(request["messages"])) * 6 for request in seen.api.requests]
    assert len(seen.of("room")) >= 1
    assert max(sizes) < PRICES["claude-sonnet-5-5"].window
    last = seen.api.results
    assert len(last) == 29
    assert not any(binding.fault(request) for request in seen.api.requests)
    assert 0 < thoughts(seen.api.requests[-1]) < 29
    assert [r["content"].startswith("[left out") for r in (last[0], last[-1])] == [True, False]


def test_every_end_has_an_exit_code_of_its_own() -> None:
    """A scheduler tells them apart without reading."""
    codes = list(outcome.EXIT_CODES.values())
    assert len(set(codes)) == len(codes)
    assert outcome.EXIT_CODES["not healed"] == errors.NotHealed.exit_code


def test_what_is_read_from_the_cache_costs_a_tenth_or_less() -> None:
    """Dollars per million tokens of the price list; an unlisted model counts as the dearest."""
    million = 1_000_000
    assert cost("claude-sonnet-5-5", Usage(read=million)) == pytest.approx(2.0)
    assert cost("claude-sonnet-5-5", Usage(cache_read=million)) == pytest.approx(0.1)
    assert cost("claude-opus-5-5", Usage(cache_read=million)) == pytest.approx(0.4)
    assert cost("claude-sonnet-5-5", Usage(written=million)) == pytest.approx(10.0)
    dearest = max(price.written for price in PRICES.values())
    assert cost("claude-next", Usage(written=million)) == pytest.approx(dearest)
