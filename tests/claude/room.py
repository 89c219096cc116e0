"""A small place where the real Claude Code works on a repository with the guard as its plugin."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from self_heal.places import plugin_root
from tests.support.conversation import Conversation, Reply, ToolUse
from tests.support.model_server import serve

Step = ToolUse | Callable[[], object]
SKILL = ToolUse("Skill", {"skill": "self-healing-pipeline"})
REASON = "Rule 7"
_SUBAGENT = "SUBAGENT TASK"
_SUMMARY = "summary of the conversation"
_SUMMARISED = "is being continued from a previous conversation"
_TOOLS = "Skill,Bash,Read,Write,Edit,Agent"
_SECONDS = 120


def bash(command: str) -> ToolUse:
    """A shell command."""
    return ToolUse("Bash", {"command": command, "description": "a step"})


def forbidden(name: str) -> ToolUse:
    """A call that the guard refuses while healing is on, and that leaves a file when it runs."""
    return bash(f"touch {name}")


def agent() -> ToolUse:
    """A subagent, whose model makes the forbidden call `by-subagent`."""
    task = {"description": "a part", "prompt": _SUBAGENT, "subagent_type": "general-purpose"}
    return ToolUse("Agent", {**task, "run_in_background": False})


class Play:
    """The model: it makes the calls one after the other, whatever it remembers of them.

    What is no call is done by somebody else in the meantime.
    """

    def __init__(self, calls: Sequence[Step]) -> None:
        self.errors: list[str] = []
        self.read: list[str] = []
        """The result of every call, as the model read it."""
        self._calls = list(calls)

    def reply(self, conversation: Conversation) -> Reply:
        if _SUMMARY in conversation.said and _SUMMARISED not in conversation.said:
            return Reply("<summary>Healing goes on.</summary>")
        if conversation.results:
            self.read.append(conversation.results[-1].text)
        if _SUBAGENT in conversation.said:
            return Reply("A part.", None if conversation.results else forbidden("by-subagent"))
        call = self._calls.pop(0) if self._calls else None
        while callable(call):
            call()
            call = self._calls.pop(0)
        return Reply("Next.", call)


class Room:
    """An empty home folder and a repository, and the program that works in it."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.home, self.repo = folder / "home", folder / "repo"
        self.project = self.repo / "pipeline"
        self.project.mkdir(parents=True)
        self.home.mkdir()
        (self.project / "bauplan_project.yml").write_text("project:\n  id: a\n  name: b\n")
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", self.repo], check=True)

    def session(
        self,
        prompt: str,
        *calls: Step,
        options: Sequence[str] = (),
        cwd: Path | None = None,
    ) -> str:
        """Run one process to its end; gives all that the model read."""
        play = Play(calls)
        with serve(play) as url:
            done = subprocess.run(
                [self.program, "-p", prompt, *self._options(), *options],
                cwd=cwd or self.repo,
                env=self._environment(url),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        assert (play.errors, done.returncode) == ([], 0), done.stdout + done.stderr
        return "\n".join(play.read)

    def ran(self, name: str) -> bool:
        """Whether the forbidden call of this name left its file anywhere."""
        return any(self.repo.rglob(name)) or (self.repo.parent / name).exists()

    def _options(self) -> list[str]:
        return ["--plugin-dir", str(plugin_root()), "--allowedTools", _TOOLS]

    def _environment(self, url: str) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "TERM": "dumb",
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "any",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "IS_SANDBOX": "1",
        }
