"""Who heals on the bench: the scripted agent, the headless healer, or any program."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from agent_replay.guard import environment
from pipeline_guard import audit
from self_heal.bench import scripted
from self_heal.bench.plan import Which
from self_heal.errors import BadInput
from self_heal.grader.result import Effort
from self_heal.stage import Stage

Agent = Literal["scripted", "api", "command"]
KEY_VARIABLE = "ANTHROPIC_API_KEY"
HEALER = "self-heal run --job {job} --project {folder} --json{wrong}"
FIGURES = ("model", "dollars", "tokens", "minutes", "outcome", "why")
PASSED_ON = (KEY_VARIABLE, "ANTHROPIC_BASE_URL", "SELF_HEAL_MODEL")


class Arm(NamedTuple):
    """How an agent is run: which one, and whether it has the skill and the guard."""

    agent: Agent
    skill: bool = True
    guard: bool = True
    session: Which = "reference"
    command: str = ""
    limit: float = 1800.0

    @property
    def name(self) -> str:
        """As it stands in the table."""
        left_out = [what for what in ("skill", "guard") if not getattr(self, what)]
        wrong = "" if self.session == "reference" else " (wrong session)"
        return self.agent + wrong + "".join(f" without {what}" for what in left_out)


class Work(NamedTuple):
    """What an agent did: effort, what was not foreseen, and what it told of itself."""

    effort: Effort
    surprises: tuple[str, ...] = ()
    told: Mapping[str, Any] = {}


def check(arm: Arm) -> None:
    """Refuse a combination that means nothing, with the reason."""
    if arm.agent == "scripted" and not arm.skill:
        raise BadInput("A scripted agent reads no skill: `--without skill` says nothing about it.")
    if arm.agent == "api" and not (arm.skill and arm.guard):
        raise BadInput("The healer never runs without skill or guard; take --agent command.")
    if arm.agent == "api" and not os.environ.get(KEY_VARIABLE):
        raise BadInput(f"There is no API key: set {KEY_VARIABLE} and start again.")
    if arm.agent == "command" and not arm.command:
        raise BadInput("Name the program by --command, as in: --command 'my-agent {prompt}'.")


def work(arm: Arm, stage: Stage) -> Work:
    """Let the arm's agent work on a stage."""
    if arm.agent == "scripted":
        played = scripted.heal(stage, arm.session, arm.guard, lambda _: None)
        return Work(played.effort, played.surprises)
    return _program(arm, stage)


def _program(arm: Arm, stage: Stage) -> Work:
    """A program in the workspace. Skill, guard and prompt are told by the environment too."""
    prompt = stage.scenario.request(stage.job)
    told = {
        "SELF_HEAL_BENCH_PROMPT": prompt,
        "SELF_HEAL_BENCH_SKILL": str(int(arm.skill)),
        "SELF_HEAL_BENCH_GUARD": str(int(arm.guard)),
    }
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    words = {"job": stage.job, "folder": str(stage.repo / stage.scenario.pipeline)}
    wrong = stage.scenario.truth.classification == "logical correctness"
    words["wrong"] = " --wrong-results" if wrong else ""
    words["prompt"] = '"$SELF_HEAL_BENCH_PROMPT"'
    line = HEALER if arm.agent == "api" else arm.command
    for name, value in words.items():
        line = line.replace(f"{{{name}}}", value)
    started = time.perf_counter()
    text, problem = _run(line, stage.repo, {**stage.environment, **passed, **told}, arm.limit)
    calls = [entry for entry in _audited(stage) if entry["event"] == "PreToolUse"]
    denied = tuple(e["findings"][0][0] for e in calls if e["decision"] != "allow" and e["findings"])
    effort = Effort(len(calls), denied, round(time.perf_counter() - started, 2))
    return Work(effort, (problem,) if problem else (), _told(text))


def _run(line: str, folder: Path, variables: Mapping[str, str], limit: float) -> tuple[str, str]:
    try:
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"stopped after {limit:.0f} s"
    return (
        done.stdout,
        f"exit code {done.returncode}: {done.stderr[-300:]}" if done.returncode else "",
    )


def _audited(stage: Stage) -> Iterator[Mapping[str, Any]]:
    """What the guard decided in this session, from its own log."""
    with environment(stage.environment):
        yield from list(audit.entries())


def _told(text: str) -> Mapping[str, Any]:
    """What the program printed about itself in JSON lines: of each figure the last value."""
    told: dict[str, Any] = {}
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            told |= {key: found[key] for key in FIGURES if key in found}
    return told
