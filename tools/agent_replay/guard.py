"""Today's guard in this process: the engine that the hooks run, asked directly.

The engine reads its environment as a hook does, so each question is put with the session's own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, Protocol

from agent_replay import tape, transcript
from agent_replay.hooks import Answer, session_variables
from agent_replay.payloads import Payload, Payloads
from agent_replay.tools import Outcome
from agent_replay.transcript import Question
from pipeline_guard import hook, session
from pipeline_guard.events import ToolCall
from pipeline_guard.ledger import Facts
from pipeline_guard.runtimes import claude
from pipeline_guard.session import Session
from pipeline_guard.verdicts import Verdict
from pipeline_guard.wording import reason
from self_heal.places import plugin_root

P = ParamSpec("P")


class Engine(Protocol):
    """The engine as a runtime reaches it: each event of a session, and the verdict on it."""

    def prompt(self, text: str) -> Verdict:
        """The person types something."""

    def before(self, call: ToolCall) -> Verdict:
        """The agent wants to use a tool."""

    def after(self, call: ToolCall, outcome: Outcome) -> Verdict:
        """A tool has run."""

    def stop(self, again: bool = False) -> Verdict:
        """The agent wants to end its turn."""

    def session(self) -> Session:
        """What the guard knows of the session now."""


class Hooked:
    """As the plugin's hooks in Claude Code reach it."""

    def __init__(self, session_id: str, folder: Path) -> None:
        self._payloads = Payloads(session_id, folder)

    def prompt(self, text: str) -> Verdict:
        """The person types something."""
        return _judged(self._payloads.prompt(text))

    def before(self, call: ToolCall) -> Verdict:
        """The agent wants to use a tool."""
        return _judged(self._payloads.before(call.id, call.name, call.arguments))

    def after(self, call: ToolCall, outcome: Outcome) -> Verdict:
        """A tool has run."""
        return _judged(self._payloads.after(call.id, call.name, call.arguments, outcome))

    def stop(self, again: bool = False) -> Verdict:
        """The agent wants to end its turn."""
        return _judged(self._payloads.stop(again))

    def session(self) -> Session:
        """What the guard knows of the session now."""
        return session.load(claude.parse(self._payloads.stop()))


class Guard:
    """The guard of one session; `asked` collects its own questions of the latest event.

    With a `tape` it gets the recorded answers instead and starts no program. It is reached as in
    Claude Code unless another `engine` is given.
    """

    def __init__(
        self,
        session_id: str,
        folder: Path,
        environment: Mapping[str, str],
        engine: Engine | None = None,
    ) -> None:
        self._engine = engine or Hooked(session_id, folder)
        self.session_id = session_id
        self.environment = {**environment, **session_variables(plugin_root(), session_id)}
        self.tape: Sequence[Question] | None = None
        self.asked: list[Question] = []
        self.unanswered: list[str] = []
        """Questions that the tape did not answer so far: what the guard knows may hang on them."""
        self.seconds = 0.0
        """Wall time spent in the engine so far."""

    def prompt(self, text: str) -> Answer:
        """The person types something."""
        return self._asked(self._engine.prompt, text)

    def before(self, call_id: str, tool: str, arguments: Mapping[str, Any]) -> Answer:
        """The agent wants to use a tool."""
        return self._asked(self._engine.before, ToolCall(tool, arguments, call_id))

    def after(
        self, call_id: str, tool: str, arguments: Mapping[str, Any], outcome: Outcome
    ) -> Answer:
        """A tool has run."""
        return self._asked(self._engine.after, ToolCall(tool, arguments, call_id), outcome)

    def stop(self, again: bool = False) -> Answer:
        """The agent wants to end its turn."""
        return self._asked(self._engine.stop, again)

    def facts(self) -> Facts:
        """What the guard has learned in this session so far."""
        with environment(self.environment):
            return self._engine.session().facts

    def _asked(self, question: Callable[P, Verdict], *given: P.args, **named: P.kwargs) -> Answer:
        started = time.perf_counter()
        with environment(self.environment), self._questions():
            verdict = question(*given, **named)
        self.seconds += time.perf_counter() - started
        return answer_of(verdict)

    @contextmanager
    def _questions(self) -> Iterator[None]:
        if self.tape is not None:
            with tape.answered(self.tape) as missing:
                yield
            self.unanswered += missing
        else:
            with tape.recorded() as asked:
                yield
            self.asked += asked


def answer_of(verdict: Verdict) -> Answer:
    """The engine's verdict with the keys of the rules that decided it."""
    deciding = [f.rule for f in verdict.findings if f.decision == verdict.decision]
    return Answer(verdict.decision, reason(verdict), tuple(dict.fromkeys(deciding)))


def said(answer: Answer) -> transcript.Verdict:
    """An answer as a transcript tells it; what the guard adds to an allow is no reason."""
    reason = answer.reason if answer.decision != "allow" else ""
    return transcript.Verdict.model_validate({**answer._asdict(), "reason": reason})


def _judged(payload: Payload) -> Verdict:
    return hook.judge(claude.parse(payload))


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """This process's environment is the session's meanwhile.

    A caller that stays in one session enters it once: entered again, nothing is to be done.
    """
    if _entered and _entered[-1] is variables:
        yield
        return
    before = dict(os.environ)
    _become(variables, before)
    _entered.append(variables)
    try:
        yield
    finally:
        _entered.pop()
        _become(before, dict(os.environ))


_entered: list[Mapping[str, str]] = []
"""Whose environment this process has, the innermost last."""


def _become(wanted: Mapping[str, str], present: Mapping[str, str]) -> None:
    """Change only what differs: in a session's own process that is nothing."""
    for name in present.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items():
        if present.get(name) != value:
            os.environ[name] = value
