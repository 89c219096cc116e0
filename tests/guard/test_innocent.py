"""What an agent types that follows the skill, at each step of a healing: all of it passes.

The corpus names the state that the commands below it come in. A line is a command; a command of
several lines stands between two `%%`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_guard.verdicts import ALLOW
from tests.guard.conftest import DEBUG, HASH, JOB, OTHER_HASH, Healing

CORPUS = (Path(__file__).parent / "corpus" / "innocent_steps.txt").read_text()
FIXED = "SELECT dep_delay FROM daily_delays\n"


def commands() -> dict[str, list[str]]:
    """The commands of each state."""
    found: dict[str, list[str]] = {}
    state = ""
    lines = iter(CORPUS.splitlines())
    for line in lines:
        if line.startswith("== "):
            state = line.removeprefix("== ")
        elif line == "%%":
            found.setdefault(state, []).append("\n".join(_block(lines)))
        elif line:
            found.setdefault(state, []).append(line)
    return found


def _block(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == "%%":
            return
        yield line


def in_state(healing: Healing, state: str) -> Healing:
    """The session as it is when the commands of a state come."""
    if state in ("fresh", "inspected", "branched"):
        return {"fresh": lambda: healing, "inspected": healing.inspected}.get(
            state, healing.branched
        )()
    healing.ready()
    if state == "edited":
        healing.write("pipeline/late.sql", FIXED)
    elif state == "committed":
        healing.write("pipeline/late.sql", FIXED)
        healing.git("commit", "-qam", f"Fix (job {JOB})")
        healing.knows(
            commits=(healing.git("rev-parse", "HEAD"),), hashes=frozenset({HASH, OTHER_HASH})
        )
    return healing.knows(code_changed=state in ("edited", "committed"), snapshot_done=True)


@pytest.mark.parametrize("state", commands())
def test_what_an_agent_types_at_a_step_passes(healing: Healing, state: str) -> None:
    """Each in every style that models write shell in; a refusal here costs a live agent a turn."""
    session = in_state(healing, state)
    places = {"{root}": str(session.folder), "{other}": OTHER_HASH, "{debug}": DEBUG}
    for command in commands()[state]:
        filled = session.fill(command)
        for name, value in places.items():
            filled = filled.replace(name, value)
        found = session.bash(filled)
        assert found.decision == ALLOW, (filled, found.findings)


def test_the_corpus_is_as_large_as_promised() -> None:
    """Every state has its commands, none of them twice."""
    every = [command for listed in commands().values() for command in listed]
    assert set(commands()) == {"fresh", "inspected", "branched", "ready", "edited", "committed"}
    assert len(every) >= 500
