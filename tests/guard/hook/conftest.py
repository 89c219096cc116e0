"""An agent runtime in small: it sends events to the real launcher, as Claude Code does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[3]
SKILL = "self-healing-pipeline:self-healing-pipeline"


class Reply(NamedTuple):
    """What the hook process answered."""

    code: int
    out: str
    err: str

    @property
    def silent(self) -> bool:
        """An allow: the person's own permission rules apply."""
        return self == (0, "", "")

    @property
    def answer(self) -> Any:
        """The JSON object on standard output."""
        return json.loads(self.out)

    @property
    def refused(self) -> bool:
        """A deny in JSON, or the exit code that every runtime takes as one."""
        if self.code == 2:
            return bool(self.err.strip()) and self.err.count("\n") == 1
        return self.code == 0 and ('"deny"' in self.out or '"block"' in self.out)


class Agent:
    """One conversation. `environment` and `session_id` may be changed between calls."""

    def __init__(self, home: Path, repo: Path) -> None:
        self.home, self.repo = home, repo
        self.state = home / "state" / "self-healing-pipeline"
        self.session_id = str(uuid.uuid4())
        self.transcript = repo.parent / f"{self.session_id}.jsonl"
        self.launcher = ROOT / "hooks" / "guard"
        self.environment = {
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def event(self, name: str, **fields: object) -> dict[str, object]:
        """One payload in Claude Code's form."""
        base = {
            "session_id": self.session_id,
            "transcript_path": str(self.transcript),
            "cwd": str(self.repo),
            "permission_mode": "default",
            "hook_event_name": name,
        }
        return {**base, **fields}

    def send(self, phase: str, payload: Mapping[str, object] | bytes, **options: Any) -> Reply:
        """What the launcher answers when it gets this on standard input."""
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        done = subprocess.run(
            [self.launcher, *([phase] if phase else [])],
            input=data,
            capture_output=True,
            env=self.environment,
            cwd=options.get("cwd", self.repo),
            check=False,
        )
        return Reply(done.returncode, done.stdout.decode(), done.stderr.decode())

    def before(self, tool: str, **arguments: object) -> Reply:
        """The agent wants to use a tool."""
        return self.send("before-tool", self.event("PreToolUse", **_tool(tool, arguments)))

    def after(self, tool: str, response: object, **arguments: object) -> Reply:
        """The tool was used and succeeded."""
        call = {**_tool(tool, arguments), "tool_response": response}
        return self.send("after-tool", self.event("PostToolUse", **call))

    def failed(self, tool: str, error: str, **arguments: object) -> Reply:
        """The tool was used and failed."""
        call = {**_tool(tool, arguments), "error": error}
        return self.send("after-tool", self.event("PostToolUseFailure", **call))

    def prompt(self, words: str) -> Reply:
        """The person says something."""
        return self.send("prompt", self.event("UserPromptSubmit", prompt=words))

    def stop(self) -> Reply:
        """The agent wants to stop."""
        return self.send("stop", self.event("Stop", stop_hook_active=False))

    def starts_healing(self) -> Reply:
        """The agent invokes the skill."""
        return self.send("start", self.event("PreToolUse", **_tool("Skill", {"skill": SKILL})))


def _tool(name: str, arguments: Mapping[str, object]) -> dict[str, object]:
    return {"tool_name": name, "tool_input": dict(arguments), "tool_use_id": "toolu_1"}


def git(repo: Path, *words: str) -> str:
    """Run git in a repository with an identity of its own."""
    identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"]
    done = subprocess.run(
        ["git", *identity, "-C", repo, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A git repository on main with one commit: a small pipeline project in `pipeline/`."""
    folder = tmp_path / "repo"
    project = folder / "pipeline"
    project.mkdir(parents=True)
    (project / "bauplan_project.yml").write_text("project:\n  id: 1\n  name: demo\n")
    (project / "models.py").write_text("import bauplan\n")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "Start")
    return folder


@pytest.fixture
def agent(tmp_path: Path, repo: Path) -> Agent:
    """A conversation in that repository, healing off."""
    home = tmp_path / "home"
    home.mkdir()
    return Agent(home, repo)


@pytest.fixture
def healing(agent: Agent) -> Agent:
    """A conversation in which healing is on."""
    assert agent.starts_healing().silent
    return agent
