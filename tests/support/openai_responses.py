"""The Responses API, as Codex calls it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.conversation import Conversation, Reply, Result, ToolUse

_RESULTS = ("function_call_output", "custom_tool_call_output")


def read(body: Mapping[str, Any]) -> Conversation:
    """The conversation in a request."""
    items = body["input"]
    said = [_text(item["content"]) for item in items if _is_said(item)]
    results = tuple(Result(_text(i["output"])) for i in items if i.get("type") in _RESULTS)
    tools = body.get("tools") or ()
    return Conversation("\n".join(said), results, tuple(t.get("name", t["type"]) for t in tools))


def write(body: Mapping[str, Any], reply: Reply) -> tuple[str, bytes]:
    """The answer as a stream of events."""
    del body
    text = {"type": "output_text", "text": reply.say}
    items: list[dict[str, Any]] = [{"type": "message", "role": "assistant", "content": [text]}]
    if reply.call:
        items.append(_call(reply.call))
    events = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in _events(items))
    return "text/event-stream", events.encode()


def _is_said(item: Mapping[str, Any]) -> bool:
    """A user's message, or what one agent told another."""
    return item.get("role") == "user" or item.get("type") == "agent_message"


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


def _call(call: ToolUse) -> dict[str, Any]:
    """A call; the part of its name before a dot is a namespace of tools."""
    space, _, name = call.name.rpartition(".")
    made = {"name": name, "call_id": f"call_{uuid.uuid4().hex[:12]}"}
    made |= {"namespace": space} if space else {}
    if isinstance(call.input, str):
        return {"type": "custom_tool_call", **made, "input": call.input}
    return {"type": "function_call", **made, "arguments": json.dumps(call.input)}


def _events(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    response = {"id": f"resp_{uuid.uuid4().hex}"}
    yield {"type": "response.created", "response": response}
    for index, item in enumerate(items):
        item["id"] = f"it_{uuid.uuid4().hex[:12]}"
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    usage: dict[str, Any] = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    usage |= {"input_tokens_details": None, "output_tokens_details": None}
    done = {**response, "output": items, "usage": usage}
    yield {"type": "response.completed", "response": done}
