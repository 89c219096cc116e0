"""Thinking as the current models sign it: each block is bound to all that came before it.

The API refuses a block when system prompt, tools or an earlier message are others than they were
when it was made, or when the block before it is not the one that was there. Blocks may be left out
from the start of the conversation on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

Block = Mapping[str, Any]
Request = Mapping[str, Any]

BOUND = (
    "Invalid `signature` in `thinking` block. The block is bound to a different conversation. "
    'Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'
)


def signature(request: Request) -> str:
    """What the thinking at the beginning of the answer to this request is signed with."""
    return _signature(request, request["messages"], _last([*_thoughts(request)]))


def fault(request: Request) -> str:
    """Why the API refuses the request; `""` when it does not."""
    before = ""
    for number, message in enumerate(request["messages"]):
        for block in message["content"]:
            if block["type"] == "thinking":
                wanted = _signature(request, request["messages"][:number], before)
                prefix, _, chain = block["signature"].partition(".")
                if prefix != wanted.partition(".")[0] or (before and chain != _digest(before)):
                    return f"messages.{number}.content.0: {BOUND}"
                before = block["signature"]
    return ""


def _thoughts(request: Request) -> list[str]:
    blocks = [block for message in request["messages"] for block in message["content"]]
    return [block["signature"] for block in blocks if block["type"] == "thinking"]


def _last(found: Sequence[str]) -> str:
    return found[-1] if found else ""


def _signature(request: Request, messages: Sequence[Mapping[str, Any]], before: str) -> str:
    said = [_said(message) for message in messages]
    prefix = {"system": _bare(request["system"]), "tools": request["tools"], "messages": said}
    return f"{_digest(json.dumps(prefix, sort_keys=True))}.{_digest(before)}"


def _said(message: Mapping[str, Any]) -> list[Any]:
    return [message["role"], [b for b in _bare(message["content"]) if b["type"] != "thinking"]]


def _bare(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Marks for the cache move from request to request and do not count."""
    return [{k: v for k, v in block.items() if k != "cache_control"} for block in blocks]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
