"""The Messages API, as Claude Code, Copilot CLI and OpenCode call it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.conversation import Conversation, Reply, Result


def read(body: Mapping[str, Any]) -> Conversation:
    """The conversation in a request."""
    blocks = [b for m in body["messages"] if m["role"] == "user" for b in _blocks(m["content"])]
    return Conversation(
        "\n".join(block["text"] for block in blocks if block["type"] == "text"),
        tuple(_result(block) for block in blocks if block["type"] == "tool_result"),
        tuple(tool["name"] for tool in body.get("tools") or ()),
    )


def write(body: Mapping[str, Any], reply: Reply) -> tuple[str, bytes]:
    """The answer: its content type and its bytes, a stream where the client wants one."""
    message = _message(body, reply)
    if not body.get("stream"):
        return "application/json", json.dumps(message).encode()
    events = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in _events(message))
    return "text/event-stream", events.encode()


def content(reply: Reply) -> list[dict[str, Any]]:
    """The content blocks of an assistant's message."""
    said: list[dict[str, Any]] = [{"type": "text", "text": reply.say}]
    if reply.call is None:
        return said
    use = {"id": f"toolu_{uuid.uuid4().hex[:20]}", **reply.call._asdict()}
    return [*said, {"type": "tool_use", **use}]


def _blocks(content: Any) -> list[Mapping[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _result(block: Mapping[str, Any]) -> Result:
    parts = _blocks(block.get("content", ""))
    text = "\n".join(part.get("text", "") for part in parts)
    return Result(text, bool(block.get("is_error")))


def _message(body: Mapping[str, Any], reply: Reply) -> dict[str, Any]:
    return {
        "id": f"msg_{uuid.uuid4().hex[:20]}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": content(reply),
        "stop_reason": "tool_use" if reply.call else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 10},
    }


def _events(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
    for index, block in enumerate(message["content"]):
        yield from _block_events(index, block)
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 10}}
    yield {"type": "message_stop"}


def _block_events(index: int, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if block["type"] == "text":
        empty: dict[str, Any] = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    else:
        empty = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    yield {"type": "content_block_start", "index": index, "content_block": empty}
    yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}
