"""What the importers share: messages with tool calls and their results, put together to turns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent_replay.transcript import (
    BadTranscript,
    Call,
    Result,
    State,
    Turn,
    Unknown,
    Verdict,
    utf8_text,
)
from pipeline_guard import rulebook

Record = Mapping[str, Any]
_RULE = re.compile(r"\ARule (\d) \(", re.MULTILINE)
_EXIT = re.compile(r"\AExit code (\d+)\n?")
_COMMAND = re.compile(r"<command-name>(?P<name>[^<]*)</command-name>")
_ARGUMENTS = re.compile(r"<command-args>(?P<words>[^<]*)</command-args>")
_SAME_TOOLS = {"Task": "Agent"}


def lines(path: Path) -> Iterator[tuple[int, Record]]:
    """Each line's JSON object with its number; a damaged one raises BadTranscript that names it."""
    text = utf8_text(path)
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _object(path, number, line)


def _object(path: Path, number: int, line: str) -> Record:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadTranscript(f"{path}:{number}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadTranscript(f"{path}:{number}: not a JSON object")
    return value


def text_of(content: Any) -> str:
    """The text of a message's or a tool result's content."""
    if isinstance(content, str):
        return content
    parts = (block for block in content or () if isinstance(block, Mapping))
    return "\n".join(str(block.get("text", "")) for block in parts if block.get("type") == "text")


class Conversation:
    """Collects messages; a turn is complete when the result of its call has come."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.unknown: list[Unknown] = []
        self._waiting: dict[str, Turn] = {}
        self._prompt = ""
        self._say: dict[str, str] = {}

    def prompt(self, text: str) -> None:
        """The person typed something."""
        self._prompt = f"{self._prompt}\n{_typed(text)}".strip()

    def keep(self, number: int, kind: str, record: Any) -> None:
        """A record that says nothing about calls, or is not known: kept as it is."""
        self.unknown.append(Unknown(line=number, kind=kind, record=record))

    def said(self, number: int, message: Record, agent: str = "") -> None:
        """The assistant's message: words and calls."""
        for block in _blocks(message):
            kind = block.get("type")
            if kind == "text":
                self._say[agent] = f"{self._say.get(agent, '')}\n{block.get('text', '')}".strip()
            elif kind == "tool_use":
                self._call(block, agent)
            else:
                self.keep(number, f"assistant block {kind}", block)

    def heard(self, number: int, message: Record, agent: str = "", branch: str = "") -> None:
        """The user's message: results of calls; other text is the runtime's or the person's."""
        for block in _blocks(message):
            known = block.get("type") == "tool_result" and block.get("tool_use_id")
            if known in self._waiting:
                turn = self._waiting.pop(str(known))
                self.turns.append(turn.model_copy(update=_outcome(turn, block, branch)))
            elif block.get("type") == "text" and not agent:
                self.prompt(str(block["text"]))
            else:
                self.keep(number, f"user block {block.get('type')}", block)

    def finished(self) -> tuple[Turn, ...]:
        """All turns; a call without a result is one that never ended."""
        return (*self.turns, *self._waiting.values())

    def _call(self, block: Record, agent: str) -> None:
        name = str(block["name"])
        call = Call(
            tool=_SAME_TOOLS.get(name, name), input=block["input"], id=block["id"], agent=agent
        )
        turn = Turn(prompt=self._prompt, say=self._say.pop(agent, ""), call=call)
        self._waiting[call.id] = turn
        self._prompt = ""


def _typed(text: str) -> str:
    """A slash command that was expanded, as it was typed."""
    name, words = _COMMAND.search(text), _ARGUMENTS.search(text)
    return f"{name['name']} {words['words'] if words else ''}".strip() if name else text


def _blocks(message: Record) -> list[Record]:
    content = message.get("content") or ()
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _outcome(turn: Turn, block: Record, branch: str) -> dict[str, Any]:
    """The verdict and the result as the model read them: a refusal is an error with its rule."""
    text, failed = text_of(block.get("content")), bool(block.get("is_error"))
    rules = _refused_by(text) if failed else ()
    if rules:
        verdict = Verdict(decision="deny", rules=rules, reason=text)
        return {"verdict": verdict, "result": None}
    state = State(branch=branch) if branch else None
    result = result_of(turn.call.tool, text, not failed)
    return {"verdict": Verdict(), "result": result, "state": state}


def result_of(tool: str, text: str, ok: bool | None) -> Result:
    """A result as Claude Code words it: a failed command's text begins with its exit code."""
    ended = _EXIT.match(text) if ok is False and tool == "Bash" else None
    if ended:
        return Result(ok=False, text=text[ended.end() :], exit_code=int(ended[1]))
    return Result(ok=ok, text=text, exit_code=0 if ok and tool == "Bash" else None)


def _refused_by(text: str) -> tuple[str, ...]:
    """The keys of the rules that a refusal names; `internal` where the hook itself failed."""
    if text.startswith("PreToolUse:"):
        return ("internal",)
    numbers = _RULE.findall(text)
    by_number = {rule.number: key for key, rule in rulebook.RULES.items() if rule.number}
    return tuple(dict.fromkeys(by_number[int(number)] for number in numbers))
