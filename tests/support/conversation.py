"""What a scripted model sees and says, whatever protocol its client speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol


class Result(NamedTuple):
    """What came back of one tool call, as the model reads it."""

    text: str
    failed: bool = False


class Conversation(NamedTuple):
    """A request for the next reply: what the person said, and the results of all calls so far.

    `tools` are the names of the tools that the client offers; without any it only wants a title
    or the like.
    """

    said: str
    results: tuple[Result, ...]
    tools: tuple[str, ...]


class ToolUse(NamedTuple):
    """A tool call; a text as its input is free-form (the `apply_patch` of the Responses API)."""

    name: str
    input: Mapping[str, Any] | str


class Reply(NamedTuple):
    """The model's next message: words, and a tool call or the end of the turn."""

    say: str
    call: ToolUse | None = None


class Script(Protocol):
    """What plays the model."""

    errors: list[str]

    def reply(self, conversation: Conversation) -> Reply:
        """The next message of this conversation."""
