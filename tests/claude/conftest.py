"""The real Claude Code, headless, against a scripted model on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from agent_replay.script import Script as AgentScript
from self_heal.places import plugin_root
from tests.claude.scripted_model import Script
from tests.support.model_server import serve

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / ".bin" / "claude"
TOOLS = "Skill,Bash,Read,Write,Edit,Glob,Grep,Agent"


class Session(NamedTuple):
    """What a run of Claude Code printed, and what the scripted model saw."""

    exit_code: int
    output: str
    script: Script


@pytest.fixture(scope="session")
def claude() -> Path:
    """The program; without Node or the package the test is skipped, in CI only without Node."""
    if not shutil.which("node"):
        pytest.skip("Node is not on this machine: the real Claude Code cannot run")
    if not PROGRAM.exists():
        reason = "Claude Code is not installed: run `npm install --prefix tests/claude`"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return PROGRAM


@pytest.fixture
def run_claude(claude: Path) -> Callable[..., Session]:
    """Start Claude Code in a folder with this repository as its plugin; gives what came of it."""

    def run(
        agent: AgentScript,
        known: Mapping[str, str],
        folder: Path,
        environment: Mapping[str, str],
        prompt: str,
        *arguments: str,
    ) -> Session:
        script = Script(agent, known)
        with serve(script) as url:
            done = subprocess.run(
                [claude, "-p", prompt, *_options(), *arguments],
                cwd=folder,
                env={**environment, **_loopback(url), **_own_folder(environment)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
        return Session(done.returncode, done.stdout + done.stderr, script)

    return run


def _options() -> list[str]:
    plugin = ["--plugin-dir", str(plugin_root()), "--allowedTools", TOOLS]
    return [*plugin, "--output-format", "stream-json", "--verbose"]


def _own_folder(environment: Mapping[str, str]) -> dict[str, str]:
    """Claude Code keeps its own files beside the home folder of the agent's tools."""
    return {"CLAUDE_CONFIG_DIR": f"{environment['HOME']}-of-claude"}


def _loopback(url: str) -> dict[str, str]:
    """The scripted model in the API's place, and nothing else on the network."""
    return {
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "any",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",
        "TERM": "dumb",
    }
