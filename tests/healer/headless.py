"""Scenarios that are healed headless: their own sessions, answered by the scripted Messages API."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from agent_replay.script import Script as AgentScript
from agent_replay.script import Turn
from self_heal.bench import scripted
from self_heal.stage import Stage
from tests.claude.scripted_model import Script
from tests.healer.api import Api, Request, Say, serve
from tests.healer.conftest import KEY
from tests.support import anthropic_messages


def session(stage: Stage, *before_the_end: Turn) -> AgentScript:
    """The scenario's reference session, without the skill's call; more turns before the summary."""
    whole = scripted.script(stage, "reference")
    turns = [turn for turn in whole.turns if turn.call.tool != "Skill"]
    end = next(n for n, turn in enumerate(turns) if "summary.md" in str(turn.call.input))
    return whole.model_copy(update={"turns": (*turns[:end], *before_the_end, *turns[end:])})


def on_claim(agent: AgentScript) -> AgentScript:
    """The session of a job that a watcher has claimed: the debug branch is there already."""
    said = agent.model_dump_json().replace("demo.debug_{{short}}", "demo.debug_{{job}}")
    made = re.sub(r"checkout -b (demo\.debug_\{\{job\}\}) --from-ref [^ \"]+", r"checkout \1", said)
    assert made != said
    return AgentScript.model_validate_json(made)


@contextmanager
def served(stage: Stage, agent: AgentScript) -> Iterator[Api]:
    """The API that answers with the session's turns; each has to go as the session says."""
    script = Script(agent, stage.names)

    def answer(request: Request) -> Say:
        return Say(anthropic_messages.content(script.reply(anthropic_messages.read(request))))

    with serve(answer) as api:
        yield api
    assert script.errors == []


def program(stage: Stage, *words: str, url: str = "") -> subprocess.CompletedProcess[str]:
    """A `self-heal` command, typed in the folder of the stage."""
    key = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY} if url else {}
    return subprocess.run(
        ["self-heal", *words],
        cwd=stage.repo,
        env={**stage.environment, **key},
        capture_output=True,
        text=True,
        check=False,
    )


def heal(stage: Stage, agent: AgentScript) -> tuple[list[dict[str, Any]], int]:
    """`self-heal run --json`; gives its events and its exit code."""
    with served(stage, agent) as api:
        done = program(stage, "run", "--job", stage.job, "--json", url=api.url)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode
