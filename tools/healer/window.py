"""Keeps a long conversation inside the model's window.

The oldest tool results give way to a line that says so; the model can run the same look-up again.
It happens in large steps and seldom, because each step makes the cached part worthless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FULL = 0.7
"""The share of the window at which room is made."""
_FREED = 0.5
_KEPT_RESULTS = 6
_WORTH_IT = 500
_GONE = "[left out to save room: run it again if you need it]"

Message = Mapping[str, Any]


def is_full(context: int, window: int) -> bool:
    """Whether room has to be made; `context` are the tokens of the last request and its answer."""
    return context > FULL * window


def next_cut(messages: Sequence[Message], cut: int, share: float = _FREED) -> int:
    """How many of the tool results are to be left out now, counted from the oldest.

    Enough to free `share` of the characters that are still there, never the newest few.
    """
    sizes = [_size(block) for block in _results(messages)]
    wanted = share * sum(sizes[cut:])
    freed, count = 0, cut
    for size in sizes[cut : max(cut, len(sizes) - _KEPT_RESULTS)]:
        if freed >= wanted:
            break
        freed += size
        count += 1
    return count


def shortened(messages: Sequence[Message], cut: int) -> list[Message]:
    """The conversation with its first `cut` tool results left out."""
    seen = 0
    found: list[Message] = []
    for message in messages:
        content = []
        for block in message["content"]:
            is_result = block["type"] == "tool_result"
            content.append(_emptied(block) if is_result and seen < cut else block)
            seen += is_result
        found.append({**message, "content": content})
    return found


def _results(messages: Sequence[Message]) -> list[Message]:
    return [b for message in messages for b in message["content"] if b["type"] == "tool_result"]


def _size(block: Message) -> int:
    return len(str(block["content"]))


def _emptied(block: Message) -> Message:
    return {**block, "content": _GONE} if _size(block) > _WORTH_IT else block
