"""One real session under the guard, and what became of each case."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline_guard.ledger import Ledger
from self_heal.skill import NAME
from tests.runtimes.drivers import Driver, Stage, driver
from tests.runtimes.programs import Program
from tests.runtimes.set_up import PLUGIN, environment, set_up
from tests.support.conversation import Conversation, Reply, ToolUse
from tests.support.model_server import serve

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


def observe(program: Program, folder: Path) -> Observed:
    """Run a real agent program through all cases in an empty folder."""
    runtime = driver(program.runtime)
    with _stage(runtime, program.route, folder) as (stage, play):
        more = set_up(program.runtime, runtime, program.path, program.route, stage)
        printed = _run(runtime, program, stage, [*runtime.command(PROMPT, resumed=False), *more])
        for ledger in _ledgers(stage):
            ledger.append({"fact": "edit", "path": str(stage.repo / "pipeline" / "models.py")})
        printed += _run(runtime, program, stage, [*runtime.command(GO_ON, resumed=True), *more])
    return Observed(_outcomes(runtime, stage, play), printed, play.errors)


@contextmanager
def _stage(runtime: Driver, route: str, folder: Path) -> Iterator[tuple[Stage, Play]]:
    home, repo = folder / "home", folder / "repo"
    project = repo / "pipeline"
    project.mkdir(parents=True)
    home.mkdir()
    (project / "bauplan_project.yml").write_text("project:\n  id: a\n  name: b\n")
    (project / "models.py").write_text("import bauplan\n")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", repo], check=True)
    play = Play(runtime, _calls(runtime, repo, as_plugin=route == PLUGIN))
    with serve(play) as url:
        yield Stage(home, repo, url), play


def _calls(runtime: Driver, repo: Path, *, as_plugin: bool) -> list[tuple[str, ToolUse]]:
    """The main conversation's calls, each with the case it tries."""
    prefix = runtime.PLUGIN.prefix if as_plugin and runtime.PLUGIN else ""
    skill = runtime.skill_call(f"{prefix}{NAME}")
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


def _run(runtime: Driver, program: Program, stage: Stage, arguments: Sequence[str]) -> str:
    done = subprocess.run(
        [program.path, *arguments],
        cwd=stage.repo,
        env=environment(runtime, stage),
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
