"""The Gemini API (`generateContent`), as Gemini CLI calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.conversation import Conversation, Reply, Result

_AUXILIARY = {
    # What the client's own helper calls (which model to take, who speaks next) read.
    "model_choice": "flash",
    "reasoning": "scripted",
    "complexity_score": 10,
    "complexity_reasoning": "scripted",
    "next_speaker": "user",
}


def read(body: Mapping[str, Any]) -> Conversation:
    """The conversation in a request."""
    parts = [part for c in body["contents"] if c.get("role") == "user" for part in c["parts"]]
    declared = [f for tool in body.get("tools") or () for f in tool.get("functionDeclarations", ())]
    return Conversation(
        "\n".join(part["text"] for part in parts if "text" in part),
        tuple(_result(part["functionResponse"]) for part in parts if "functionResponse" in part),
        tuple(function["name"] for function in declared),
    )


def write(body: Mapping[str, Any], reply: Reply) -> tuple[str, bytes]:
    """The answer as one event of a stream."""
    del body
    return "text/event-stream", f"data: {json.dumps(_answer(_parts(reply)))}\n\n".encode()


def write_aside() -> tuple[str, bytes]:
    """The answer to one of the client's helper calls."""
    return "application/json", json.dumps(_answer([{"text": json.dumps(_AUXILIARY)}])).encode()


def _result(response: Mapping[str, Any]) -> Result:
    output = response["response"]
    text = output.get("output", output.get("error", ""))
    return Result(text if isinstance(text, str) else json.dumps(text), "error" in output)


def _parts(reply: Reply) -> list[dict[str, Any]]:
    if reply.call is None:
        return [{"text": reply.say}]
    return [{"functionCall": {"name": reply.call.name, "args": reply.call.input}}]


def _answer(parts: list[dict[str, Any]]) -> dict[str, Any]:
    content = {"role": "model", "parts": parts}
    return {
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": 5,
            "candidatesTokenCount": 5,
            "totalTokenCount": 10,
        },
        "modelVersion": "scripted",
    }
