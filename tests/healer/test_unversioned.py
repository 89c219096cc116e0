"""A whole healing of a project without git, over HTTP: the fix goes through `code_run`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_replay.script import Script as AgentScript
from agent_replay.script import Turn
from self_heal.bench.call import bash
from self_heal.grader.after import After
from self_heal.grader.grade import grade
from self_heal.grader.result import Effort
from self_heal.stage import Stage, staged
from tests.healer.headless import heal, program, session

NAME = "no-repository"
PROVES = bash(
    7, "Would it have been stopped?", "self-heal prove", proof=r"^(test_\w+ on \w+: proven)$"
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A folder without git, and a job that failed."""
    with staged(NAME, tmp_path / "stage") as found:
        yield found


def said_otherwise(agent: AgentScript, old: str, new: str) -> AgentScript:
    """The same session with another summary."""

    def turn(found: Turn) -> Turn:
        if "summary.md" not in str(found.call.input):
            return found
        given = {**found.call.input, "content": found.call.input["content"].replace(old, new)}
        assert given != found.call.input
        return found.model_copy(
            update={"call": found.call.model_copy(update={"input": given}), "capture": {}}
        )

    ends = [t for t in agent.turns if t.call.input.get("command") != "self-heal report check"]
    return agent.model_copy(update={"turns": tuple(map(turn, ends))})


def test_a_project_without_git_is_healed_and_proven(stage: Stage) -> None:
    """Healed by the platform's own account; the folder's code is as it was, for a person to patch.

    The diff in the summary, applied, is what ran; check, proof and dossier find it afterwards too.
    """
    events, code = heal(stage, session(stage, PROVES))
    assert (events[-1]["outcome"], code) == ("healed", 0), events[-1]
    assert [e for e in events if e["event"] == "tool" and e["verdict"] != "allow"] == []
    found = grade(stage, Effort(0, (), 0.0))
    assert [check for check in found.checks if check.holds is False] == []
    after = After(stage)
    assert after.disk_code == after.before_code != after.after_code
    summary = (stage.repo / "debug" / "summary.md").read_text()
    assert "unversioned" in summary
    _patched(stage, summary)
    assert {path.name for path in stage.repo.iterdir()} == {"README.md", "debug", "pipeline"}


def _patched(stage: Stage, summary: str) -> None:
    after = After(stage)
    wanted = after.after_code
    assert program(stage, "report", "check").returncode == 0
    page = stage.folder / "page.html"
    assert program(stage, "dossier", "--out", str(page)).returncode == 0
    assert "cast(pa.int64())" in page.read_text()
    diff = summary.partition("```diff\n")[2].partition("```")[0]
    subprocess.run(["git", "apply", "-"], input=diff, text=True, cwd=stage.repo, check=True)
    assert {path.name: path.read_text() for path in (stage.repo / "pipeline").iterdir()} == wanted


def test_a_summary_that_shows_another_fix_is_no_healing(stage: Stage) -> None:
    """What ran is known: the agent may not end with a diff that is not it."""
    agent = said_otherwise(
        session(stage), "+    return chosen.set_column", "+    return chosen.drop"
    )
    events, code = heal(stage, agent)
    assert (events[-1]["outcome"], code) == ("not healed", 10)
    assert "the diff lacks a line" in events[-1]["why"]
