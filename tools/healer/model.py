"""One request to the model: streamed, put together, and what can go wrong with it.

The client itself retries what it could not send and what was answered with 408, 409, 429 or 5xx,
with a growing pause. A stream that breaks off in the middle is asked for again here: nothing of
it has been acted on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import anthropic
import httpx2

from healer import trouble
from healer.prices import Usage

ANSWER_TOKENS = 32_000
"""The longest answer, its thinking included."""
_CACHED = {"type": "ephemeral"}
_LONGEST_PAUSE = 30.0
_THINKING = ("thinking", "redacted_thinking")
_CUT_OFF = ("max_tokens", "model_context_window_exceeded")

Message = Mapping[str, Any]


class Call(NamedTuple):
    """A tool call of an answer; `broken` says why its arguments cannot be used, else `""`."""

    id: str
    name: str
    input: Mapping[str, Any]
    broken: str = ""


class Reply(NamedTuple):
    """A whole answer: its blocks as they are sent back, why it ended, and what it used."""

    content: list[dict[str, Any]]
    stop: str
    usage: Usage
    broken: Mapping[str, str] = {}

    @property
    def text(self) -> str:
        """What the model said, without its calls."""
        return text_of(self.content)

    @property
    def calls(self) -> list[Call]:
        """The tool calls, in order."""
        return calls_of(self.content, self.broken)

    @property
    def is_cut_off(self) -> bool:
        """Whether there was no room for the rest."""
        return self.stop in _CUT_OFF


def text_of(content: Sequence[Message]) -> str:
    """The text blocks of a message, joined."""
    return "\n".join(block["text"] for block in content if block["type"] == "text").strip()


def without_thinking(content: Sequence[Message]) -> list[Message]:
    """A message's blocks but for the model's thoughts."""
    return [block for block in content if block["type"] not in _THINKING]


def calls_of(content: Sequence[Message], broken: Mapping[str, str]) -> list[Call]:
    """The tool calls of a message."""
    return [
        Call(block["id"], block["name"], block["input"], broken.get(block["id"], ""))
        for block in content
        if block["type"] == "tool_use"
    ]


class Model:
    """The Claude API for one healing. `watch` hears of each new attempt, with its reason."""

    def __init__(
        self,
        client: anthropic.Anthropic,
        name: str,
        watch: Callable[[str], None],
        pause: float = 1.0,
    ) -> None:
        self.client = client
        self.name = name
        self._watch = watch
        self._pause = pause

    def ask(
        self, system: str, tools: Sequence[Message], messages: Sequence[Message], limit: int
    ) -> Reply:
        """The next answer, of at most `limit` tokens.

        Raises TooLong when the conversation has to be shortened, Foreign when the thinking in it
        has to be left out, MissingKey when the key is not accepted, ModelFailed when there is no
        answer to be had.
        """
        request = _request(self.name, system, tools, messages, limit)
        attempts = self.client.max_retries + 1
        for attempt in range(1, attempts + 1):
            try:
                return self._once(request)
            except (trouble.BrokenOff, httpx2.HTTPError, anthropic.APIStatusError) as error:
                if not trouble.may_pass(error) or attempt == attempts:
                    raise trouble.final(error) from error
                self._watch(trouble.words(error))
                time.sleep(min(self._pause * 2 ** (attempt - 1), _LONGEST_PAUSE))
            except anthropic.APIError as error:
                raise trouble.final(error) from error
        raise AssertionError("the last attempt returns or raises")

    def _once(self, request: Mapping[str, Any]) -> Reply:
        with self.client.messages.create(**request, stream=True) as stream:
            return assembled(stream)


def _request(
    name: str, system: str, tools: Sequence[Message], messages: Sequence[Message], limit: int
) -> dict[str, Any]:
    """With two marks for the cache: behind the tools and the skill, and behind the conversation."""
    last = messages[-1]
    *before, final = last["content"]
    marked = {"role": last["role"], "content": [*before, {**final, "cache_control": _CACHED}]}
    return {
        "model": name,
        "max_tokens": limit,
        "system": [{"type": "text", "text": system, "cache_control": _CACHED}],
        "tools": list(tools),
        "messages": [*messages[:-1], marked],
    }


def assembled(events: Iterator[Any] | Any) -> Reply:
    """Put the streamed pieces together; raises BrokenOff when the end is missing."""
    blocks: list[dict[str, Any]] = []
    pieces: list[str] = []
    stop, usage, ended = "", {}, False
    for event in events:
        if event.type == "message_start":
            usage = event.message.usage.model_dump()
        elif event.type == "content_block_start":
            blocks.append(event.content_block.model_dump(exclude_none=True))
            pieces.append("")
        elif event.type == "content_block_delta":
            pieces[event.index] += _grow(blocks[event.index], event.delta)
        elif event.type == "message_delta":
            stop = event.delta.stop_reason or ""
            usage |= {k: v for k, v in event.usage.model_dump().items() if v is not None}
        elif event.type == "message_stop":
            ended = True
    if not ended:
        raise trouble.BrokenOff("the answer broke off")
    broken = _read_arguments(blocks, pieces, stop)
    said = [b for b in blocks if b["type"] != "text" or b["text"].strip()]
    return Reply(said, stop, _counted(usage), broken)


def _grow(block: dict[str, Any], delta: Any) -> str:
    """Add a piece to its block; a piece of a call's arguments is handed back instead."""
    if delta.type == "input_json_delta":
        return str(delta.partial_json)
    for name in ("text", "thinking", "signature"):
        if delta.type == f"{name}_delta":
            block[name] = block.get(name, "") + getattr(delta, name)
    return ""


def _read_arguments(
    blocks: list[dict[str, Any]], pieces: Sequence[str], stop: str
) -> dict[str, str]:
    """Fill in the calls' arguments; gives the calls that must not run, with the reason."""
    broken: dict[str, str] = {}
    for block, text in zip(blocks, pieces, strict=True):
        if block["type"] != "tool_use":
            continue
        try:
            block["input"] = json.loads(text) if text else block.get("input") or {}
        except ValueError as error:
            block["input"] = {}
            broken[block["id"]] = f"Its arguments are no JSON: {error}. Nothing was done."
        if not isinstance(block["input"], dict):
            block["input"] = {}
            broken[block["id"]] = "Its arguments are no JSON object. Nothing was done."
    if stop in _CUT_OFF and blocks and blocks[-1]["type"] == "tool_use":
        cut = "The answer was cut off within this call. Nothing was done: make a shorter one."
        broken[blocks[-1]["id"]] = cut
    return broken


def _counted(usage: Mapping[str, Any]) -> Usage:
    return Usage(
        usage.get("input_tokens") or 0,
        usage.get("cache_creation_input_tokens") or 0,
        usage.get("cache_read_input_tokens") or 0,
        usage.get("output_tokens") or 0,
    )
