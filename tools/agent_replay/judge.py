"""Judges recorded sessions by today's rules without running anything: which decisions changed?

The recording gives what a run would: results feed the ledger, answers to the guard's own questions
come from the tape, the agent's files are written for real into a temporary copy of the scenario's
project, and git's HEAD is put where the recording says that it was.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

from agent_replay import gitdir
from agent_replay import transcript as transcripts
from agent_replay.gitdir import write
from agent_replay.guard import environment, said
from agent_replay.hooks import Answer
from agent_replay.normalise import Bindings
from agent_replay.runtimes import guard_of, tools_of
from agent_replay.tape import VERSION
from agent_replay.tools import Outcome
from agent_replay.transcript import Part, Question, State, Transcript, Turn, Verdict
from self_heal import scenario as scenarios
from self_heal.scenario import Scenario

SESSION = "judged-session"
ASSUMED = "0.3.5"
"""The `bauplan` version of a session that does not tell its own."""
_WRITING = ("Write", "Edit")
_ASKED = ("bauplan", "git")
_MEMORY = "/dev/shm"
_ALONE = 4
"""Up to so many transcripts are judged in this process."""


class Changed(NamedTuple):
    """A decision that is another one now; `turn` is 0 for the end. `call` is what was judged."""

    path: str
    turn: int
    call: str
    before: Verdict
    now: Verdict


class Unjudged(NamedTuple):
    """A decision that cannot be told: the recording has no answer to the guard's question."""

    path: str
    turn: int
    question: str


class Judged(NamedTuple):
    """What came of judging: how many decisions, those that changed, those that cannot be told."""

    decisions: int
    changed: tuple[Changed, ...]
    unjudged: tuple[Unjudged, ...]


def judge_all(paths: Sequence[Path]) -> Judged:
    """Judge many transcript files, on all processors; a damaged one raises BadTranscript."""
    if len(paths) <= _ALONE:
        return _together(map(judge_file, paths))
    workers = min(len(paths), os.cpu_count() or 1)
    size = max(1, len(paths) // (workers * 4))
    with ProcessPoolExecutor(workers) as pool:
        return _together(pool.map(judge_file, paths, chunksize=size))


def judge_file(path: Path) -> Judged:
    """Judge one transcript file."""
    return judge(transcripts.read(path), str(path))


def judge(transcript: Transcript, name: str = "") -> Judged:
    """Judge one transcript, each decision after what had really happened before it."""
    with tempfile.TemporaryDirectory(prefix="judged-", dir=_in_memory()) as folder:
        return _Session(transcript, name, Path(folder).resolve()).judged()


def _in_memory() -> str | None:
    """Where Linux keeps files in memory: a session is many small ones, needed for a moment."""
    return _MEMORY if os.access(_MEMORY, os.W_OK) else None


def _together(parts: Iterable[Judged]) -> Judged:
    found = list(parts)
    return Judged(
        sum(part.decisions for part in found),
        tuple(changed for part in found for changed in part.changed),
        tuple(unjudged for part in found for unjudged in part.unjudged),
    )


class _Session:
    """One recorded session in a workspace of its own."""

    def __init__(self, transcript: Transcript, name: str, folder: Path) -> None:
        self.transcript = transcript
        self.name = name
        self.folder = folder
        self.repo = folder / "repository"
        self.environment = _environment(folder)
        self.version = _version(transcript.header.versions.bauplan)
        _copy_project(transcript.header.versions.scenario, self.repo)
        self._place(_begun(transcript))
        runtime = transcript.header.versions.runtime.name
        self.guard = guard_of(runtime, SESSION, self.repo, self.environment)
        self.tools = tools_of(runtime, self.repo, self.environment)
        self.bindings = Bindings()
        self.bindings.path(transcript.header.folder, str(self.repo))

    def judged(self) -> Judged:
        """All decisions in order."""
        with environment(self.guard.environment):
            known = [*self._turns(), *self._stop()]
        changed = tuple(item for item in known if isinstance(item, Changed))
        unjudged = tuple(item for item in known if isinstance(item, Unjudged))
        return Judged(len(known), changed, unjudged)

    def _turns(self) -> Iterator[Changed | Unjudged | None]:
        for number, turn in enumerate(self.transcript.turns, 1):
            if turn.prompt:
                self._ask(())
                self.guard.prompt(turn.prompt)
            arguments = self.bindings.folders(turn.call.input)
            self._ask(turn.asked)
            answer = self.guard.before(turn.call.id, turn.call.tool, arguments)
            if turn.verdict is not None:
                call = str(arguments.get("command") or arguments.get("file_path") or turn.call.tool)
                yield self._opinion(number, call, turn.verdict, answer)
            if turn.result is not None:
                self._happened(turn, arguments)

    def _stop(self) -> Iterator[Changed | Unjudged | None]:
        end = self.transcript.end
        if end is None or end.stop is None:
            return
        self._ask(end.asked)
        yield self._opinion(0, "stop", end.stop, self.guard.stop())

    def _happened(self, turn: Turn, arguments: dict[str, str]) -> None:
        """What the call did is there now, and the guard learns of it."""
        assert turn.result is not None
        if turn.call.tool in _WRITING and turn.result.ok:
            self.tools.run(turn.call.tool, arguments)
        if turn.state is not None:
            self._place(turn.state)
        text = self.bindings.folders(turn.result.text)
        outcome = Outcome(turn.result.ok is not False, text, turn.result.exit_code)
        self.guard.after(turn.call.id, turn.call.tool, arguments, outcome)

    def _opinion(
        self, number: int, call: str, before: Verdict, answer: Answer
    ) -> Changed | Unjudged | None:
        now = said(answer)
        if now.decision == before.decision and set(now.rules) == set(before.rules):
            return None
        if self.guard.unanswered:
            return Unjudged(self.name, number, self.guard.unanswered[-1])
        return Changed(self.name, number, call, before, now)

    def _ask(self, questions: Sequence[Question]) -> None:
        """Put the recorded answers on the guard's tape."""
        here = self.bindings.folders
        self.guard.tape = [
            self.version,
            *(
                q.model_copy(update={"command": here(q.command), "text": here(q.text)})
                for q in questions
            ),
        ]

    def _place(self, state: State) -> None:
        """Put git, where there is a repository, and the active branch where they were."""
        if state.commit:
            gitdir.place(self.repo, state)
        profile = f"profiles:\n  default:\n    active_branch: {state.active}\n"
        write(Path(self.environment["HOME"]) / ".bauplan" / "config.yml", profile)


def _environment(folder: Path) -> dict[str, str]:
    """A home of its own; the programs that the guard asks are there, and are never started."""
    programs = folder / "bin"
    for name in _ASKED:
        write(programs / name, "")
        (programs / name).chmod(0o755)
    home, state = str(folder / "home"), str(folder / "state")
    return {"HOME": home, "XDG_STATE_HOME": state, "PATH": str(programs)}


def _version(bauplan: Part | None) -> Question:
    """What the session's `bauplan` says when it is asked for its version."""
    said = f"bauplan {bauplan.version if bauplan else ASSUMED}"
    return Question(command=("bauplan", VERSION), exit_code=0, text=said)


def _copy_project(scenario: Part | None, repo: Path) -> None:
    if scenario is None:
        repo.mkdir(parents=True)
        return
    scenarios.copy_project(scenarios.folder_of(scenario.name), _scenario(scenario.name), repo)


def _begun(transcript: Transcript) -> State:
    """What is there before the first turn: the scenario's, else the first that is known."""
    scenario = transcript.header.versions.scenario
    known = (turn.state for turn in transcript.turns if turn.state)
    if scenario is None and (first := next(known, None)):
        return first
    if scenario is not None and not _scenario(scenario.name).git:
        return State(active="main")
    return State(branch="main", commit="0" * 40, active="main")


@cache
def _scenario(name: str) -> Scenario:
    """Read once for all the sessions that worked on it."""
    return scenarios.read(scenarios.folder_of(name))
