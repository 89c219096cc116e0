"""Writes a healing down as a transcript, as it goes, beside the journal.

The journal is what a resume needs: the model's own blocks, word for word. The transcript is the
form of every recorded session: `self-heal replay` plays it, and secrets and the home folder are
masked in it. A call that the guard never saw (malformed, or a question to the person) is in the
journal only.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from agent_replay import tape, versions, world
from agent_replay.growing import Growing
from agent_replay.guard import answer_of, said
from agent_replay.redact import Redactor
from agent_replay.tools import Outcome
from agent_replay.transcript import (
    SUFFIX,
    Call,
    Header,
    Origin,
    Part,
    Question,
    Result,
    Turn,
    Versions,
)
from agent_replay.transcript import Verdict as Said
from healer import inprocess, journal
from healer.journal import Start
from healer.progress import Progress
from pipeline_guard import account
from pipeline_guard.events import ToolCall
from pipeline_guard.verdicts import ALLOW, Verdict

M = TypeVar("M", bound=BaseModel)
FILE = f"healing{SUFFIX}"


@dataclass
class _Going:
    """A call that was judged (unless an earlier process was); a turn once it has ended."""

    call: ToolCall
    verdict: Said | None = None
    asked: list[Question] = field(default_factory=list)
    prompt: str = ""
    say: str = ""
    result: Result | None = None
    ended: bool = False
    since: float = field(default_factory=time.monotonic)


class RecordedGuard(inprocess.Guard):
    """The guard over a healing, which writes down what it is asked, and what came of it."""

    def __init__(self, start: Start) -> None:
        folder = Path(start.folder)
        super().__init__(start.session, folder, journal.folder_of(start.session) / journal.FILE)
        self._redactor = Redactor()
        self._file = _opened(start, self._redactor)
        self._going: dict[str, _Going] = {}
        self._state = world.state_of(folder)
        self._prompt = self._say = ""
        self._asked: list[Question] = []
        self._stop: Said | None = None

    def heard(self, words: str) -> None:
        """The words of the person, or of the program that called."""
        super().heard(words)
        self._prompt = words

    def overhearing(self, show: Progress) -> Progress:
        """Show what happens, and remember what the model says before its calls."""

        def heard(event: str, /, **values: Any) -> None:
            if event == "say":
                self._say = str(values["text"])
            show(event, **values)

        return heard

    def before(self, call: ToolCall) -> Verdict:
        """The verdict on a call that has not run."""
        with tape.recorded() as asked:
            verdict = super().before(call)
        going = _Going(call, said(answer_of(verdict)), asked, self._prompt, self._say)
        going.ended = verdict.decision != ALLOW
        self._going[call.id], self._prompt, self._say = going, "", ""
        self._write()
        return verdict

    def after(self, call: ToolCall, outcome: Outcome, ok: bool | None) -> None:
        """Learn from what a tool did; that of a call which was interrupted is not known."""
        with tape.recorded() as asked:
            super().after(call, outcome, ok)
        going = self._going.setdefault(call.id, _Going(call))
        going.asked += asked
        going.result = Result(ok=ok, text=outcome.text, exit_code=outcome.exit_code)
        going.ended = True
        self._write()

    def stop(self) -> Verdict:
        """Whether the agent may end here."""
        with tape.recorded() as self._asked:
            verdict = super().stop()
        self._stop = said(answer_of(verdict))
        return verdict

    def finish(self) -> None:
        """The healing has ended: what is there now."""
        end = world.end_of(self.folder, self.session_id, self.state().facts)
        more = {"stop": self._stop, "asked": tuple(self._asked)}
        self._file.end(self._masked(end.model_copy(update=more)))

    def close(self) -> None:
        """Nothing more is written."""
        self._file.close()

    def _write(self) -> None:
        """The turns that have ended, in the order in which their calls were judged."""
        while self._going and next(iter(self._going.values())).ended:
            self._file.turn(self._turn(self._going.pop(next(iter(self._going)))))

    def _turn(self, going: _Going) -> Turn:
        before, self._state = self._state, world.state_of(self.folder)
        call = going.call
        made = Turn(
            prompt=going.prompt,
            say=going.say,
            call=Call(tool=call.name, input=dict(call.arguments), id=call.id),
            verdict=going.verdict,
            result=going.result,
            seconds=round(time.monotonic() - going.since, 3),
            asked=tuple(going.asked),
            state=self._state if self._state != before else None,
        )
        return self._masked(made)

    def _masked(self, made: M) -> M:
        return made.model_validate(self._redactor.value(made.model_dump()))


def _opened(start: Start, redactor: Redactor) -> Growing:
    """The transcript of a healing, a new one or that of an earlier part of it."""
    path = journal.folder_of(start.session) / FILE
    return Growing.again(path) if path.exists() else Growing(path, _header(start, redactor))


def _header(start: Start, redactor: Redactor) -> Header:
    return Header(
        title=redactor.text(start.prompt.partition("\n")[0]),
        origin=Origin(
            kind="live", model=start.model, date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        ),
        versions=Versions(
            runtime=Part(name=inprocess.RUNTIME, version=versions.player().version),
            bauplan=Part(name="bauplan", version=account.installed_version()),
            skill=versions.skill(),
            guard=versions.guard(),
        ),
        folder=redactor.text(start.folder),
        known={"session": start.session} | ({"job": start.job} if start.job else {}),
        redactions=redactor.redactions,
    )
