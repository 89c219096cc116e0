"""From the events that `capture` wrote down to a transcript, while the session goes on.

A turn is written when its call has ended: with its result, or with the refusal that the guard's
own record of decisions tells. Each line is whole on disk before the next: whatever ends the
recorder, what is there is a valid transcript without an end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent_replay.import_records import result_of
from agent_replay.redact import Redactor
from agent_replay.transcript import Call, End, Header, Line, Result, Turn, Verdict, dump
from pipeline_guard import audit
from pipeline_guard.events import AFTER_TOOL, BEFORE_TOOL, PROMPT

Event = Mapping[str, Any]


class Recording:
    """A transcript that grows. `since` is when it began: older decisions are of other sessions."""

    def __init__(self, path: Path, header: Header, since: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("x", encoding="utf-8")
        self._since = since
        self._waiting: dict[str, tuple[Event, str]] = {}
        self._prompt = ""
        self._used: set[int] = set()
        self.turns = 0
        self._write(Line(header=header))

    def add(self, event: Event) -> None:
        """Take in one event, in the order in which they were written."""
        phase, tool = event["phase"], event["tool"]
        if phase == PROMPT:
            self._prompt = str(event["prompt"])
        elif phase == BEFORE_TOOL:
            self._waiting[_key(event)], self._prompt = (event, self._prompt), ""
        elif phase == AFTER_TOOL and tool:
            before = self._waiting.pop(_key(event), (event, self._prompt))
            self._turn(*before, Verdict(), _result(event), event["at"])
        self._refusals()

    def end(self) -> None:
        """The session is over: what still waits was refused, or never ended."""
        self._refusals()
        for event, prompt in self._waiting.values():
            self._turn(event, prompt, None, None, event["at"])
        self._write(Line(end=End()))
        self._file.close()

    def _refusals(self) -> None:
        """The calls that wait and that the guard has refused."""
        if not self._waiting:
            return
        refused = dict(self._refused())
        for key, (event, prompt) in list(self._waiting.items()):
            number = next((n for n, entry in refused.items() if _is_of(entry, event)), None)
            if number is not None:
                self._used.add(number)
                del self._waiting[key]
                self._turn(event, prompt, _verdict(refused.pop(number)), None, event["at"])

    def _refused(self) -> Iterator[tuple[int, Event]]:
        for number, entry in enumerate(audit.entries()):
            new = entry["at"] >= self._since and number not in self._used
            if new and entry["decision"] != "allow":
                yield number, entry

    def _turn(
        self,
        event: Event,
        prompt: str,
        verdict: Verdict | None,
        result: Result | None,
        until: float,
    ) -> None:
        tool = event["tool"]
        call = Call(tool=tool["name"], input=tool["arguments"], id=tool["id"], agent=event["agent"])
        seconds = round(until - event["at"], 3)
        turn = Turn(prompt=prompt, call=call, verdict=verdict, result=result, seconds=seconds)
        self._write(Line(turn=turn))
        self.turns += 1

    def _write(self, line: Line) -> None:
        self._file.write(dump(line))
        self._file.flush()
        os.fsync(self._file.fileno())


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


def _key(event: Event) -> str:
    tool = event["tool"]
    return str(tool["id"]) or json.dumps([event["agent"], tool["name"], tool["arguments"]])


def _is_of(entry: Event, event: Event) -> bool:
    """Whether a decision is about a call: the guard's record masks and cuts what it writes."""
    same = entry["session"] == event["session"] and entry["tool"] == event["tool"]["name"]
    arguments = Redactor().value(entry["arguments"])
    return same and all(_alike(arguments.get(n), v) for n, v in event["tool"]["arguments"].items())


def _alike(written: Any, value: Any) -> bool:
    if isinstance(written, str) and isinstance(value, str):
        return value.startswith(written.removesuffix("…")) or audit.MASK in written
    return bool(written == value)


def _verdict(entry: Event) -> Verdict:
    redactor = Redactor()
    findings = entry["findings"]
    rules = tuple(dict.fromkeys(rule for rule, _, _ in findings))
    reason = "\n".join(redactor.text(f"{saw} {do}".strip()) for _, saw, do in findings)
    return Verdict(decision=entry["decision"], rules=rules, reason=reason)
