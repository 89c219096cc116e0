"""One real session under the guard, and what became of each case."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline_guard.ledger import Ledger
from tests.runtimes.drivers import Driver, Stage, driver
from tests.support.conversation import Conversation, Reply, ToolUse
from tests.support.model_server import serve

SELF_HEAL = Path(sys.executable).parent / "self-heal"
PROMPT = "Heal the failed job with $self-healing-pipeline"
GO_ON = "Go on"
REASON = "Rule 7"
OWED = "the reports are not complete"
ALLOWED = "allowed-and-ran"
SUBAGENT, RESUMED = "subagent's call", "resumed session's call"
_SECONDS = 240
# What each forbidden call would leave behind.
_TRACES = {
    "forbidden shell call": "by-shell.txt",
    "forbidden write": "by-write.md",
    "guard crashes": "debug/job",
    "guard hangs": "debug/data_snapshot",
    SUBAGENT: "by-subagent.txt",
    RESUMED: "after-resume.txt",
}
CASES = ("allowed call", *_TRACES, "stop without reports", "reason told")

# Stands in for the recorded interpreter: it dies on one call, and waits for ever on another.
_FAULTY = """#!/bin/sh
event=$(cat)
case $event in
  *'mkdir -p debug/job'*) kill -9 $$ ;;
  *'mkdir -p debug/data_snapshot'*) exec 3<>{pipe}; exec {python} "$@" <&3 ;;
esac
printf '%s' "$event" | {python} "$@"
"""


class Play:
    """The model: the main conversation's calls in their order, and a subagent's one call.

    The last call comes only after the session was resumed.
    """

    def __init__(self, runtime: Driver, calls: Sequence[tuple[str, ToolUse]]) -> None:
        self.errors: list[str] = []
        self.cases = [case for case, _ in calls]
        self._calls = [call for _, call in calls]
        self._marker = runtime.SUBAGENT
        self._sub = runtime.shell("touch by-subagent.txt")
        self._seen: list[Conversation] = []

    def reply(self, conversation: Conversation) -> Reply:
        self._seen.append(conversation)
        if self._marker in conversation.said:
            return Reply("A part.", None if conversation.results else self._sub)
        calls = self._calls if GO_ON in conversation.said else self._calls[:-1]
        done = len(conversation.results)
        return Reply("Next.", calls[done]) if done < len(calls) else Reply("Done.")

    @property
    def main(self) -> Conversation:
        """The longest conversation that is no subagent's."""
        mine = [c for c in self._seen if self._marker not in c.said]
        return max(mine, key=lambda c: (len(c.results), len(c.said)))

    def came_back(self, case: str) -> bool:
        """Whether the call of a case had a result: one that was never made proves nothing."""
        if case == SUBAGENT:
            return any(c.results for c in self._seen if self._marker in c.said)
        return len(self.main.results) > self.cases.index(case)


class Observed:
    """What came of a session: each case's outcome, and what the program printed."""

    def __init__(self, cases: Mapping[str, str], printed: str, errors: Sequence[str]) -> None:
        self.cases, self.printed, self.errors = cases, printed, errors


def observe(name: str, program: Path, folder: Path) -> Observed:
    """Run a real agent program through all cases in an empty folder."""
    runtime = driver(name)
    with _stage(runtime, folder) as (stage, play):
        runtime.prepare(stage)
        _install(name, stage)
        printed = _run(runtime, program, stage, PROMPT, resumed=False)
        for ledger in _ledgers(stage):
            ledger.append({"fact": "edit", "path": str(stage.repo / "pipeline" / "models.py")})
        printed += _run(runtime, program, stage, GO_ON, resumed=True)
    return Observed(_outcomes(runtime, stage, play), printed, play.errors)


@contextmanager
def _stage(runtime: Driver, folder: Path) -> Iterator[tuple[Stage, Play]]:
    home, repo = folder / "home", folder / "repo"
    project = repo / "pipeline"
    project.mkdir(parents=True)
    home.mkdir()
    (project / "bauplan_project.yml").write_text("project:\n  id: a\n  name: b\n")
    (project / "models.py").write_text("import bauplan\n")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", repo], check=True)
    play = Play(runtime, _calls(runtime, repo))
    with serve(play) as url:
        yield Stage(home, repo, url), play


def _calls(runtime: Driver, repo: Path) -> list[tuple[str, ToolUse]]:
    """The main conversation's calls, each with the case it tries."""
    skill = runtime.skill_call()
    return [
        *([("skill", skill)] if skill else []),
        ("allowed call", runtime.shell(f"echo {ALLOWED}")),
        ("forbidden shell call", runtime.shell("touch by-shell.txt")),
        ("forbidden write", runtime.write(repo / "by-write.md", "written\n")),
        ("guard crashes", runtime.shell("mkdir -p debug/job")),
        ("guard hangs", runtime.shell("mkdir -p debug/data_snapshot")),
        *(("subagent", call) for call in runtime.agent()),
        (RESUMED, runtime.shell("touch after-resume.txt")),
    ]


def _install(name: str, stage: Stage) -> None:
    """As a person does it; then the interpreter is replaced by the one that fails on purpose."""
    environment = {"HOME": str(stage.home), "PATH": os.environ["PATH"]}
    words = [str(SELF_HEAL), "install", "--runtime", name]
    subprocess.run(words, env=environment, cwd=stage.repo, check=True, capture_output=True)
    recorded = stage.home / ".local" / "state" / "self-healing-pipeline" / "interpreter"
    python, packages = recorded.read_text().splitlines()
    faulty, pipe = stage.home / "faulty-python", stage.home / "nothing-comes"
    os.mkfifo(pipe)
    faulty.write_text(_FAULTY.format(pipe=shlex.quote(str(pipe)), python=shlex.quote(python)))
    faulty.chmod(0o755)
    recorded.write_text(f"{faulty}\n{packages}\n")


def _run(runtime: Driver, program: Path, stage: Stage, prompt: str, *, resumed: bool) -> str:
    environment = {
        "HOME": str(stage.home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TERM": "dumb",
        **runtime.environment(stage),
    }
    done = subprocess.run(
        [program, *runtime.command(prompt, resumed=resumed)],
        cwd=stage.repo,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_SECONDS,
        check=False,
    )
    return f"{done.stdout}{done.stderr}\n(exit code {done.returncode})\n"


def _ledgers(stage: Stage) -> list[Ledger]:
    sessions = stage.home / ".local" / "state" / "self-healing-pipeline" / "sessions"
    return [Ledger(str(path.parent)) for path in sessions.glob("*/ledger.jsonl")]


def _outcomes(runtime: Driver, stage: Stage, play: Play) -> dict[str, str]:
    """A file that is there, or words that came back, tell what ran."""
    read = [result.text for result in play.main.results]
    refused = "refused" if OWED in play.main.said else "ACCEPTED"
    return {
        "allowed call": "ran" if any(ALLOWED in text for text in read) else "BLOCKED",
        **{case: _blocked(case, stage.repo / trace, play) for case, trace in _TRACES.items()},
        "stop without reports": refused if runtime.CAN_REFUSE_STOP else "no veto",
        "reason told": "yes" if any(REASON in text for text in read) else "NO",
    }


def _blocked(case: str, trace: Path, play: Play) -> str:
    if trace.exists():
        return "RAN"
    return "blocked" if play.came_back(case) else "NOT REACHED"
