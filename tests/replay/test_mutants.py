"""How much a replay catches: mutants of a session, each replayed from where it differs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

from agent_replay import killing, mutate
from agent_replay.transcript import Transcript
from self_heal.stage import Stage
from tests.replay.conftest import RULES

COUNT = 20


def test_at_least_95_of_100_mutants_are_caught(pinned: Transcript, stage: Stage) -> None:
    """Twenty mutants of every kind; a survivor says why it does the same."""
    mutants = mutate.mutants(pinned, COUNT, seed=6)
    assert {mutant.kind for mutant in mutants} == set(mutate.KINDS)
    killed = killing.kill(pinned, mutants, stage)
    survivors = [(one.mutant.kind, one.mutant.how) for one in killed if one.by is None]
    assert len(killed) == COUNT
    assert killing.rate(killed) >= killing.PROMISED, survivors
    assert all(one.why for one in killed if one.by is None)


def test_the_same_seed_draws_the_same_mutants(session: Transcript) -> None:
    """And each mutant is another transcript than the one it was made from."""
    drawn = mutate.mutants(session, 100, seed=3)
    assert drawn == mutate.mutants(session, 100, seed=3)
    assert len({mutant.transcript.model_dump_json() for mutant in drawn}) == 100
    assert all(mutant.transcript != session for mutant in drawn)


def test_the_command_line_tells_the_rate_and_each_survivor(
    self_heal: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    """A refused call never runs: with other words too, and that is said."""
    path = RULES / "8-refusing.transcript.jsonl"
    done = self_heal("transcript", "mutate", path, "--count", "4", "--json")
    found = json.loads(done.stdout)
    assert found["mutants"] == 4
    assert (done.returncode == 0) == (found["rate"] >= killing.PROMISED)
    assert len(found["survivors"]) == round(4 * (1 - found["rate"]))
    assert all("never runs" in one["why"] for one in found["survivors"])
