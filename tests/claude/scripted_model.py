"""A scripted stand-in for the model behind Claude Code: the Messages API on loopback.

It plays a script. It keeps no state: from the conversation that the client sends it takes how
many turns were made and what their results were, and answers with the next call.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agent_replay.script import Script as AgentScript
from agent_replay.script import captured, fill


class Script:
    """The next reply for a conversation, from a script and what is known beforehand."""

    def __init__(self, agent: AgentScript, names: Mapping[str, str]) -> None:
        self.agent = agent
        self.names = dict(names)
        self.errors: list[str] = []
        self.results: list[Mapping[str, Any]] = []
        """The tool results of the longest conversation seen so far, in order."""

    def reply(self, messages: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The content blocks of the assistant's next message."""
        results = [block for message in messages for block in _results(message)]
        self.results = max(self.results, results, key=len)
        if len(results) >= len(self.agent.turns):
            return [{"type": "text", "text": "Healed."}]
        names = dict(self.names)
        for turn, result in zip(self.agent.turns, results, strict=False):
            if turn.expect.verdict == "allow":
                names |= captured(turn, text_of(result), names)
        turn = self.agent.turns[len(results)]
        call = {"name": turn.call.tool, "input": fill(turn.call.input, names)}
        block = {"type": "tool_use", "id": f"toolu_{uuid.uuid4().hex[:20]}", **call}
        return [{"type": "text", "text": turn.say}, block]


def _results(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if message["role"] == "user" and not isinstance(message["content"], str):
        yield from (block for block in message["content"] if block["type"] == "tool_result")


def text_of(result: Mapping[str, Any]) -> str:
    """The text of a tool result as the model reads it."""
    content = result.get("content", "")
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", "") for block in content)


@contextmanager
def serve(script: Script) -> Iterator[str]:
    """Run the model on a free loopback port; gives its base URL."""

    class Handler(_Handler):
        pass

    Handler.script = script
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: the test reads the script's own record."""

    def do_HEAD(self) -> None:
        self._send("application/json", b"")

    def do_GET(self) -> None:
        self._send("application/json", b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if not self.path.split("?")[0].endswith("/v1/messages"):
            return self._send("application/json", b'{"input_tokens": 100}')
        content = self._content(body)
        if not body.get("stream"):
            return self._send("application/json", json.dumps(_message(body, content)).encode())
        return self._send("text/event-stream", _stream(body, content))

    def _content(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        if not body.get("tools"):
            return [{"type": "text", "text": "ok"}]
        try:
            return self.script.reply(body["messages"])
        except Exception as error:  # shown by the test, which asserts that there is none
            self.script.errors.append(repr(error))
            return [{"type": "text", "text": f"The script cannot go on: {error}"}]

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _message(body: Mapping[str, Any], content: list[dict[str, Any]]) -> dict[str, Any]:
    calls = any(block["type"] == "tool_use" for block in content)
    return {
        "id": f"msg_{uuid.uuid4().hex[:20]}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": content,
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 10},
    }


def _stream(body: Mapping[str, Any], content: list[dict[str, Any]]) -> bytes:
    message = _message(body, content)
    start = message | {"content": [], "stop_reason": None}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(content):
        events += _block_events(index, block)
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 10}})
    events.append({"type": "message_stop"})
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events).encode()


def _block_events(index: int, block: Mapping[str, Any]) -> list[dict[str, Any]]:
    if block["type"] == "text":
        empty = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    else:
        empty = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    return [
        {"type": "content_block_start", "index": index, "content_block": empty},
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]
