"""The agent loop: ask the model, judge its calls, run what is allowed, and so on to the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any, NamedTuple

from agent_replay.tools import Outcome as Result
from healer import conversation, declared, looks, outcome, progress, window
from healer.budget import Budget
from healer.inprocess import Guard
from healer.journal import Journal
from healer.model import ANSWER_TOKENS, Call, Model, Reply
from healer.outcome import Outcome
from healer.prices import price_of
from healer.progress import Progress
from healer.toolbox import Toolbox
from healer.trouble import Foreign, TooLong
from pipeline_guard.events import ToolCall
from pipeline_guard.verdicts import ALLOW, DENY, Verdict
from pipeline_guard.wording import reason
from self_heal.errors import ModelFailed

_AT_ONCE = 4
_MOST_TOLD = 2
_INTERRUPTED = (
    "The healing was interrupted while this ran. It is not known whether it took effect: look "
    "before you do it again."
)


class Parts(NamedTuple):
    """What a healing is made of."""

    model: Model
    guard: Guard
    tools: Toolbox
    journal: Journal
    system: str
    budget: Budget
    show: Progress


class Healing:
    """One healing, from wherever its transcript stands to its end."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.declared = declared.tools(bool(parts.guard.state().workspace.repo))
        self.meter = conversation.meter(parts.journal, parts.model.name)

    def run(self) -> Outcome:
        """Go on until it ends, which is in the transcript too; an interruption says where."""
        found: Outcome | None = None
        try:
            while found is None:
                self._finish_calls()
                found = self._over() or self._turn()
        except KeyboardInterrupt:
            self.parts.show("stands", session=self.parts.journal.session, **self.standing())
            raise
        self.parts.journal.add("end", outcome=found.kind, why=found.why)
        return found

    def _over(self) -> Outcome | None:
        """Whether a question or a limit ends it here."""
        state = conversation.state(self.parts.journal.entries)
        if state.open_calls:
            asked = str(state.open_calls[0].input["question"])
            return Outcome(outcome.NOT_HEALED, f"ambiguous: {asked}")
        if state.in_a_row >= self.parts.budget.denials:
            why = f"only forbidden calls were tried: {state.refused} were refused"
            return Outcome(outcome.NOT_HEALED, why)
        if limit := self.meter.spent(self.parts.budget):
            return Outcome(outcome.BUDGET, f"the limit of {limit} is reached")
        return None

    def _turn(self) -> Outcome | None:
        reply = self._ask()
        self.meter.add(reply.usage)
        conversation.answered(self.parts.journal, reply)
        if reply.text:
            self.parts.show("say", text=reply.text)
        self.parts.show("turn", **self.standing())
        if reply.stop == "refusal":
            return Outcome(outcome.REFUSED, reply.text or "the model declined to go on")
        return None if reply.calls else self._no_calls(reply)

    def _ask(self) -> Reply:
        """The next answer; a conversation that is too long is shortened first."""
        parts = self.parts
        full = price_of(parts.model.name).window
        for _ in range(3):
            state = conversation.state(parts.journal.entries)
            if window.is_full(state.context, full):
                self._make_room()
                continue
            sent = window.shortened(state.messages, state.cut)
            try:
                return parts.model.ask(parts.system, self.declared, sent, ANSWER_TOKENS)
            except TooLong:
                self._make_room()
            except Foreign:
                parts.journal.add("cut", count=state.cut)
        raise ModelFailed("The conversation does not fit into the model's window any more.")

    def _make_room(self) -> None:
        state = conversation.state(self.parts.journal.entries)
        count = window.next_cut(state.messages, state.cut)
        self.parts.journal.add("cut", count=count)
        self.parts.show("room", count=count)

    def _no_calls(self, reply: Reply) -> Outcome | None:
        """The model wants to stop: it may when it has healed, is blocked, or will not go on."""
        if reply.is_cut_off:
            return self._tell("Your answer was cut off. Go on.")
        verdict = self.parts.guard.stop()
        current = outcome.judged(self.parts.guard.state())
        if verdict.decision == ALLOW and current.kind == outcome.HEALED:
            return current
        if verdict.decision == ALLOW and current.why.startswith("blocked"):
            return current
        why = reason(verdict) if verdict.decision == DENY else current.why
        told = self._tell(f"The healing is not complete: {why}\nGo on; do not stop before it is.")
        return told and current._replace(why=_with_last_words(current.why, reply.text))

    def _tell(self, words: str) -> Outcome | None:
        """Tell the model to go on, a few times in all; then that is the end."""
        state = conversation.state(self.parts.journal.entries)
        if state.told >= _MOST_TOLD:
            return Outcome(outcome.NOT_HEALED, "the model stopped before the end")
        conversation.told(self.parts.journal, words)
        return None

    def _finish_calls(self) -> None:
        """Do what the last answer asks for and is not done: looks side by side, the rest in order.

        A call that was running when the healing was killed is not run again.
        """
        state = conversation.state(self.parts.journal.entries)
        for call in state.open_calls:
            if call.id in state.begun:
                self._interrupted(call)
        calls = [c for c in state.open_calls if c.id not in state.begun and not self._asks(c)]
        folder = str(self.parts.guard.folder)
        for is_look, group in groupby(calls, lambda call: looks.only_looks(_tool(call), folder)):
            batch = list(group)
            for some in [batch] if is_look else [[call] for call in batch]:
                self._do(some)

    def _asks(self, call: Call) -> bool:
        """Whether it is a question to the person, which nobody here can answer."""
        fault = call.broken or declared.fault(self.declared, call.name, call.input)
        return call.name == declared.QUESTION and not fault

    def answer(self, words: str) -> None:
        """Let the person answer the question that the healing ended with."""
        state = conversation.state(self.parts.journal.entries)
        for call in filter(self._asks, state.open_calls):
            self.parts.guard.heard(words)
            self._result(call, ALLOW, True, words)

    def _do(self, calls: Sequence[Call]) -> None:
        """Judge some calls in order, then run the allowed ones at once."""
        judged = [(call, self._judge(call)) for call in calls]
        allowed = [call for call, refusal in judged if refusal is None]
        for call in allowed:
            self.parts.journal.add("call", id=call.id)
        done = self._run(allowed)
        for call, refusal in judged:
            if refusal is None:
                self._finished(call, *done[call.id])
            else:
                self._refused(call, *refusal)

    def _run(self, allowed: Sequence[Call]) -> dict[str, tuple[Result, float]]:
        """Run some calls at once; when this is interrupted, they are stopped."""
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            running = {call.id: pool.submit(self._timed, call) for call in allowed}
            try:
                return {name: future.result() for name, future in running.items()}
            except BaseException:
                self.parts.tools.stop.set()
                raise

    def _judge(self, call: Call) -> tuple[str, str] | None:
        """None for a call that may run; else the decision and the reason."""
        fault = call.broken or declared.fault(self.declared, call.name, call.input)
        if fault:
            return "invalid", fault
        verdict: Verdict = self.parts.guard.before(_tool(call))
        return None if verdict.decision == ALLOW else (DENY, reason(verdict))

    def _timed(self, call: Call) -> tuple[Result, float]:
        started = time.monotonic()
        result = self.parts.tools.run(call.name, call.input)
        return result, time.monotonic() - started

    def _finished(self, call: Call, result: Result, seconds: float) -> None:
        self.parts.guard.after(_tool(call), result, result.ok)
        text = result.text
        if result.exit_code:
            text = f"Exit code {result.exit_code}\n{text}"
        self._result(call, ALLOW, result.ok, text)
        self._show_tool(call, verdict=ALLOW, ok=result.ok, seconds=round(seconds, 2), reason="")

    def _refused(self, call: Call, decision: str, words: str) -> None:
        self._result(call, decision, False, words)
        self._show_tool(call, verdict=decision, ok=False, seconds=0.0, reason=words)

    def _interrupted(self, call: Call) -> None:
        """The guard finds out for itself what of it took effect."""
        self.parts.guard.after(_tool(call), Result(False, ""), None)
        self._result(call, ALLOW, False, _INTERRUPTED)

    def _result(self, call: Call, decision: str, ok: bool, text: str) -> None:
        self.parts.journal.add("result", id=call.id, decision=decision, ok=ok, text=text)

    def _show_tool(self, call: Call, **values: Any) -> None:
        what = next((str(call.input[k]) for k in _NAMED if k in call.input), "")
        self.parts.show("tool", tool=call.name, what=what, **values)

    def standing(self) -> dict[str, Any]:
        """Where it stands: step, turns, and what was used."""
        used = self.meter
        return {
            "turn": used.turns,
            "step": progress.step_of(self.parts.guard.state().facts),
            "tokens": used.usage.total,
            "dollars": round(used.dollars, 4),
            "minutes": round(used.minutes, 2),
        }


_NAMED = ("command", "file_path", "pattern", "url", "ref")


def _tool(call: Call) -> ToolCall:
    return ToolCall(call.name, call.input, call.id)


def _with_last_words(why: str, said: str) -> str:
    last = " ".join(said.split())[-300:]
    return f"{why}; the model's last words: {last}" if last else why
