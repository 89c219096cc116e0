"""One session on a stage: today's guard judges each call, the real tools do what is allowed."""

from __future__ import annotations

import copy
import time

from agent_replay import versions, world
from agent_replay.guard import environment, said
from agent_replay.hooks import Answer
from agent_replay.play import Played, play
from agent_replay.redact import Redactor
from agent_replay.runtimes import guard_of, tools_of
from agent_replay.script import Script, fill
from agent_replay.tools import Outcome
from agent_replay.transcript import (
    Call,
    End,
    Header,
    Origin,
    Result,
    State,
    Transcript,
    Turn,
)
from self_heal.stage import Stage, heads_of

SESSION = "replayed-session"
FOLDER = "/workspace/repository"
"""How the session's folder is written in a transcript that was made on a stage."""


class Live:
    """A session that goes on; `perform` gives each turn as it really went."""

    def __init__(self, stage: Stage, runtime: str = "", session_id: str = SESSION) -> None:
        self.stage = stage
        self.guard = guard_of(runtime, session_id, stage.repo, stage.environment)
        self.tools = tools_of(runtime, stage.repo, stage.environment)
        self._state = self._now()
        self._made = 0

    def perform(self, call: Call, prompt: str = "", say: str = "") -> Turn:
        """Judge one call, run it if it is allowed, and let the guard learn from the result."""
        started = time.perf_counter()
        self._made += 1
        name = call.id or f"call_{self._made:04d}"
        if prompt:
            self.guard.prompt(prompt)
        answer = self.guard.before(name, call.tool, call.input)
        outcome = None
        if answer.decision == "allow":
            outcome = self.tools.run(call.tool, call.input)
            self.guard.after(name, call.tool, call.input, outcome)
        seconds = time.perf_counter() - started
        made = call.model_copy(update={"id": name})
        return self.turn(made, answer, outcome, seconds).model_copy(
            update={"prompt": prompt, "say": say}
        )

    def branch(self) -> Live:
        """The same session, going on for itself from this moment."""
        return copy.copy(self)

    def turn(self, call: Call, answer: Answer, outcome: Outcome | None, seconds: float) -> Turn:
        """A turn that was just made, with what changed around it."""
        asked, self.guard.asked = tuple(self.guard.asked), []
        before, self._state = self._state, self._now()
        return Turn(
            call=call,
            verdict=said(answer),
            result=Result(**outcome._asdict()) if outcome else None,
            seconds=round(seconds, 3),
            asked=asked,
            state=self._state if self._state != before else None,
        )

    def finish(self, stop: Answer | None = None) -> End:
        """Ask to stop (unless that was done), and look at what is there."""
        answer = stop or self.guard.stop()
        facts = self.guard.facts()
        with environment(self.guard.environment):
            end = world.end_of(self.stage.repo, self.guard.session_id, facts)
        asked, self.guard.asked = tuple(self.guard.asked), []
        more = {"refs": dict(sorted(heads_of(self.stage).items())), "tables": _tables(self.stage)}
        return end.model_copy(update={"stop": said(answer), "asked": asked, **more})

    def decisions(self) -> tuple[str, ...]:
        """The guard's own log so far."""
        with environment(self.guard.environment):
            return world.decisions_of(self.guard.session_id)

    def _now(self) -> State:
        with environment(self.guard.environment):
            return world.state_of(self.stage.repo)


def _tables(stage: Stage) -> dict[str, str]:
    """Each table's content on each branch: the digests of its data files and its columns."""
    found = {}
    for branch in stage.lakehouse.catalog.names("BRANCH").items:
        for table in stage.lakehouse.catalog.tables(branch.name):
            content = f"{table.schema} {[file.digest for file in table.files]}"
            found[f"{branch.name}:{table.namespace}.{table.name}"] = world.digest(content)
    return found


def record_script(script: Script, stage: Stage) -> Transcript:
    """Play a script on a stage; every verdict has to be the one that the script expects."""
    live = Live(stage)
    turns: list[Turn] = []

    def watch(done: Played) -> None:
        call = Call(id=f"call_{done.number:04d}", **done.call.model_dump())
        turn = live.turn(call, done.answer, done.outcome, done.seconds)
        first = fill(script.header.prompt, stage.names) if done.number == 1 else ""
        turns.append(turn.model_copy(update={"say": done.turn.say, "prompt": first}))

    play(script, live.guard, live.tools, stage.names, watch)
    end = live.finish(Answer("allow"))  # `play` has asked to stop, and raises on a refusal
    return redacted(_header(script, stage), turns, end, stage)


def _header(script: Script, stage: Stage) -> Header:
    return Header(
        title=script.header.title,
        origin=Origin(kind="scripted"),
        versions=versions.today(versions.player(), script.header.scenario),
        known={"job": stage.job},
        folder=FOLDER,
    )


def redacted(header: Header, turns: list[Turn], end: End, stage: Stage) -> Transcript:
    """The whole session without secrets and without the folders of this machine."""
    redactor = Redactor(stage.environment, {str(stage.repo): FOLDER})
    body = redactor.value({"turns": [turn.model_dump() for turn in turns], "end": end.model_dump()})
    made = header.model_copy(update={"redactions": redactor.redactions})
    return Transcript.model_validate({"header": made.model_dump(), **body})
