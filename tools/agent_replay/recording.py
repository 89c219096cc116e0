"""From the events that `capture` wrote down to a transcript, while the session goes on.

A turn is written when its call has ended: with its result, or with the refusal, once the session's
own guard has written that down. Where there is no guard in the session nothing is refused, and
what `capture` says of a call that ran all the same is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent_replay import world
from agent_replay.growing import Growing
from agent_replay.guard import environment
from agent_replay.import_records import result_of
from agent_replay.redact import Redactor
from agent_replay.transcript import Call, End, Header, Result, State, Turn, Verdict
from pipeline_guard import audit, session
from pipeline_guard.events import AFTER_TOOL, BEFORE_TOOL, OTHER, PROMPT, SESSION_END, STOP
from pipeline_guard.events import Event as GuardEvent

Event = Mapping[str, Any]
"""A line of `capture`."""


class Recording:
    """A transcript that grows. `since` is when it began: older decisions are of other sessions;
    `shadow` is the environment of the guard that judged along.
    """

    def __init__(self, path: Path, header: Header, since: str, shadow: Mapping[str, str]) -> None:
        self._file = Growing(path, header)
        self._since = since
        self._shadow = shadow
        self._waiting: dict[str, tuple[Event, str]] = {}
        self._prompt = ""
        self._state: Mapping[str, str] = {}
        self._refused = 0
        self._last: Event | None = None
        self._stop: Event | None = None

    @property
    def turns(self) -> int:
        """How many calls are written down."""
        return self._file.turns

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come yet."""
        return self._last is None

    def add(self, event: Event) -> None:
        """Take in one event, in the order in which they were written."""
        phase, tool = event["phase"], event["tool"]
        self._last = event
        if phase == PROMPT:
            self._prompt = str(event["prompt"])
        elif phase == BEFORE_TOOL:
            self._waiting[_key(event)], self._prompt = (event, self._prompt), ""
        elif phase == AFTER_TOOL and tool:
            before, prompt = self._waiting.pop(_key(event), (event, self._prompt))
            self._turn(before, prompt, event)
        elif phase == STOP:
            self._stop = event
        if phase in (PROMPT, STOP, SESSION_END):
            self._give_up()
        self._refusals()

    def end(self) -> None:
        """The session is over: what still waits was refused, or never ended."""
        self._give_up()
        self._file.end(self._end())
        self._file.close()

    def _end(self) -> End:
        """What is there now; nothing is known of a session that told no event."""
        if self._last is None:
            return End()
        last = self._last
        event = GuardEvent(last["runtime"], OTHER, last["session"], last["cwd"])
        with environment(self._shadow):
            facts = session.load(event).facts
            end = world.end_of(Path(last["cwd"]), last["session"], facts)
        if self._stop:
            stop = {"stop": self._stop["verdict"], "asked": self._stop["asked"]}
            end = End.model_validate({**end.model_dump(), **stop})
        return End.model_validate(Redactor().value(end.model_dump()))

    def _refusals(self) -> None:
        """The calls that wait and that the session's guard has refused."""
        denied = [k for k, (event, _) in self._waiting.items() if _decision(event) == "deny"]
        if not denied:
            return
        told = sum(one["decision"] == "deny" and self._is_here(one) for one in audit.entries())
        for key in denied[: told - self._refused]:
            self._refused += 1
            self._turn(*self._waiting.pop(key), None)

    def _is_here(self, entry: Mapping[str, Any]) -> bool:
        is_call = entry["phase"] == BEFORE_TOOL and entry["at"] >= self._since
        return bool(is_call and self._last and entry["session"] == self._last["session"])

    def _give_up(self) -> None:
        """The agent has ended its turn: what waits has not run."""
        for event, prompt in self._waiting.values():
            self._turn(event, prompt, None)
        self._waiting.clear()

    def _turn(self, before: Event, prompt: str, after: Event | None) -> None:
        tool, until = before["tool"], after or before
        state, known = until["state"], self._state
        self._state = state
        verdict = Verdict.model_validate(before["verdict"])
        ran_all_the_same = after is not None and verdict.decision == "deny"
        turn = {
            "prompt": prompt,
            "call": Call(tool=tool["name"], input=tool["arguments"], id=tool["id"]),
            "verdict": None if ran_all_the_same else verdict,
            "result": _result(after) if after else None,
            "seconds": round(until["at"] - before["at"], 3),
            "asked": [*before["asked"], *(after["asked"] if after else ())],
            "state": State.model_validate(state) if state != known else None,
        }
        self._file.turn(Turn.model_validate(turn))


def read_new(path: Path, offset: int) -> tuple[list[Event], int]:
    """The whole lines after `offset`, and where they end."""
    if not path.is_file():
        return [], offset
    data = path.read_bytes()[offset:]
    whole = data[: data.rfind(b"\n") + 1]
    return [json.loads(line) for line in whole.splitlines()], offset + len(whole)


def _result(event: Event) -> Result:
    said = event["result"]
    return result_of(event["tool"]["name"], said["text"], said["ok"])


def _decision(event: Event) -> str:
    return str(event["verdict"]["decision"])


def _key(event: Event) -> str:
    tool = event["tool"]
    return str(tool["id"]) or json.dumps([event["agent"], tool["name"], tool["arguments"]])
