"""A whole healing over real HTTP: real tools, the real guard, the real bauplan program.

It runs as the CI recipe runs it, on a clone of a real remote, and is handed over as there.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from agent_replay import script as scripts
from agent_replay.hooks import Answer as Judged
from agent_replay.play import Played
from agent_replay.script import Call
from self_heal.checks import check_healing
from self_heal.places import plugin_root
from self_heal.stage import Stage, staged
from tests.healer import headless
from tests.healer.api import Api
from tests.healer.conftest import KEY

RECIPE = plugin_root() / "docs" / "recipes" / "heal-failed-job.yml"
GH = """#!/bin/sh
printf '%s\\n' "$@" > "$RUNNER_TEMP/gh"
"""


def steps() -> dict[str, str]:
    """The recipe's shell steps by name."""
    (job,) = yaml.safe_load(RECIPE.read_text())["jobs"].values()
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def git(folder: Path, *words: str) -> str:
    """What a git command prints there."""
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Runner:
    """Runs the recipe's steps in a workspace as the CI service does: bash, ending at an error."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.temp = folder / "runner"
        self.remote = folder / "remote.git"
        self.temp.mkdir()
        gh = self.temp / "bin" / "gh"
        gh.parent.mkdir()
        gh.write_text(GH)
        gh.chmod(0o755)
        git(folder, "clone", "--quiet", "--bare", str(stage.repo), str(self.remote))

    def step(self, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """One step, with what the service gives to each."""
        environment = {
            **self.stage.environment,
            "PATH": f"{self.temp / 'bin'}:{self.stage.environment['PATH']}",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "JOB": self.stage.job,
            "BASE": "main",
            **variables,
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps()[name]],
            cwd=self.stage.repo,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


def test_the_recipe_heals_a_failed_job_and_hands_it_over(tmp_path: Path) -> None:
    """Forbidden calls are refused, the demo's checks hold, a draft waits for a person."""
    whole = scripts.read(plugin_root() / "tests" / "transcripts" / "schema-drift.jsonl")
    turns = tuple(turn for turn in whole.turns if turn.call.tool != "Skill")
    agent = whole.model_copy(update={"turns": turns})
    with staged("schema-drift", tmp_path / "stage") as stage:
        runner = Runner(stage, tmp_path)
        with headless.served(stage, agent) as api:
            done = runner.step("Heal", ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=KEY)
        assert done.returncode == 0, done.stdout + done.stderr
        played = _played(turns, done.stdout)
        assert [p.answer.decision for p in played] == [t.expect.verdict for t in turns]
        assert [c for c in check_healing(stage, played) if not c.holds] == []
        _handed_over(runner)
    _cached_and_secret(api)


def _played(turns: tuple[scripts.Turn, ...], printed: str) -> list[Played]:
    events = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    seen = [event for event in events if event["event"] == "tool"]
    assert events[-1]["outcome"] == "healed"
    return [_one(number, turn, seen[number]) for number, turn in enumerate(turns)]


def _one(number: int, turn: scripts.Turn, event: Mapping[str, Any]) -> Played:
    call = Call(tool=turn.call.tool, input=turn.call.input)
    answer = Judged(event["verdict"], event["reason"])
    return Played(number + 1, turn, call, answer, None, event["seconds"])


def _handed_over(runner: Runner) -> None:
    """The remote has the debug branch with the reports; its `main` is where it was."""
    repo = runner.stage.repo
    main = git(runner.remote, "rev-parse", "main")
    assert runner.step("Report").returncode == 0
    done = runner.step("Hand over", REMOTE=str(runner.remote), GH_TOKEN="t")
    assert done.returncode == 0, done.stderr
    branch = git(repo, "branch", "--show-current").strip()
    assert git(runner.remote, "rev-parse", branch) == git(repo, "rev-parse", "HEAD")
    assert git(runner.remote, "rev-parse", "main") == main
    summary = git(runner.remote, "show", f"{branch}:debug/summary.md")
    assert summary == (repo / "debug" / "summary.md").read_text()
    asked = (runner.temp / "gh").read_text().split("\n")
    assert asked[:3] == ["pr", "create", "--draft"]
    after = asked.index("--base") + 1
    assert asked[after : after + 3] == ["main", "--head", branch]
    assert asked[asked.index("--body-file") + 1] == "debug/summary.md"
    told = (runner.temp / "summary").read_text()
    assert summary in told
    assert '"outcome": "healed"' in told


def _cached_and_secret(api: Api) -> None:
    """The skill and the conversation are marked for the cache; the key is in no request."""
    for request in api.requests:
        assert request["system"][0]["cache_control"] == {"type": "ephemeral"}
        assert "## Hard Rules" in request["system"][0]["text"]
        assert request["messages"][-1]["content"][-1]["cache_control"] == {"type": "ephemeral"}
    assert api.requests[0]["system"] == api.requests[-1]["system"]
    assert KEY not in json.dumps(api.requests)


def test_where_only_the_platform_had_failed_a_green_rerun_is_the_end(tmp_path: Path) -> None:
    """Nothing to fix and no commit: healed all the same, and the summary says so."""
    with staged("transient-fault", tmp_path / "stage") as stage:
        events, code = headless.heal(stage, headless.session(stage))
        assert (events[-1]["outcome"], code) == ("healed", 0), events[-1]
        assert git(stage.repo, "rev-list", "--count", f"{stage.start}..HEAD") == "0\n"


def test_the_recipe_keeps_what_it_is_given_out_of_its_scripts() -> None:
    """No input, secret or token is pasted into a script: each comes as a variable."""
    assert set(steps()) == {"Install", "Heal", "Report", "Hand over"}
    for script in steps().values():
        assert "${{" not in script
