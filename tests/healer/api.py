"""A scripted Messages API on loopback that can also answer as the real one does on a bad day."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.healer import binding

ORIGIN = "a scripted model on loopback"
"""Said in every answer, so that a recording tells where it comes from."""

Block = dict[str, Any]
Request = Mapping[str, Any]


class Say(NamedTuple):
    """An answer that is whole: its blocks; `broken` replaces the JSON of every call's arguments.

    Where it `thinks`, the thought comes first, as a signature alone.
    """

    blocks: Sequence[Block]
    stop: str = ""
    tokens: int = 10
    broken: str | None = None
    thinks: bool = False


class Fails(NamedTuple):
    """An error of the API."""

    status: int
    kind: str
    message: str = "try later"


class BreaksOff(NamedTuple):
    """A stream that ends within the first block, with an error event when `kind` is given."""

    kind: str = ""


Answer = Say | Fails | BreaksOff
Script = Callable[[Request], Answer]


def text(words: str) -> Block:
    """A block of text."""
    return {"type": "text", "text": words}


def call(name: str, **arguments: Any) -> Block:
    """A block that calls a tool; the server gives it an id of its own."""
    return {"type": "tool_use", "name": name, "input": arguments}


def results_in(request: Request) -> list[Block]:
    """The tool results of a conversation, in order."""
    blocks = (block for message in request["messages"] for block in message["content"])
    return [block for block in blocks if block["type"] == "tool_result"]


class Api:
    """What the server has seen: each request's body, in order."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[Request] = []
        self.url = ""

    @property
    def results(self) -> list[Block]:
        """The tool results of the last request."""
        return results_in(self.requests[-1])


def in_turn(*answers: Answer) -> Script:
    """One answer after the other; the last one again and again."""
    left = list(answers)
    return lambda _request: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serve(script: Script) -> Iterator[Api]:
    """Run it on a free port."""
    api = Api(script)

    class Handler(_Handler):
        pass

    Handler.api = api
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: Api

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: the tests read what the server has seen."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.api.requests.append(body)
        bound = binding.fault(body)
        answer = Fails(400, "invalid_request_error", bound) if bound else self.api.script(body)
        if isinstance(answer, Fails):
            error = {"type": answer.kind, "message": answer.message}
            return self._send(answer.status, json.dumps({"type": "error", "error": error}))
        if isinstance(answer, BreaksOff):
            return self._break_off(body, answer)
        return self._send(200, sse(_events(body, answer)), "text/event-stream")

    def _break_off(self, body: Request, answer: BreaksOff) -> None:
        """Without a length the closed connection alone is the end."""
        events = _events(body, Say([text("half of")]))[:3]
        if answer.kind:
            error = {"type": answer.kind, "message": "overloaded in the middle"}
            events.append({"type": "error", "error": error})
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        data = sse(events).encode()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()
        self.close_connection = True

    def _send(self, status: int, body: str, kind: str = "application/json") -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.send_header("retry-after-ms", "1")
        self.send_header("x-recorded-from", ORIGIN)
        self.end_headers()
        self.wfile.write(data)


def sse(events: Sequence[Mapping[str, Any]]) -> str:
    """Server-sent events as text."""
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)


def _events(body: Request, answer: Say) -> list[dict[str, Any]]:
    calls = any(block["type"] == "tool_use" for block in answer.blocks)
    stop = answer.stop or ("tool_use" if calls else "end_turn")
    message = {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": answer.tokens, "output_tokens": 1},
    }
    events: list[dict[str, Any]] = [{"type": "message_start", "message": message}]
    done = len(results_in(body))
    thought = {"type": "thinking", "thinking": "", "signature": binding.signature(body)}
    blocks = [thought] if answer.thinks else []
    for number, block in enumerate(answer.blocks):
        own = {"id": f"toolu_{done + number:04}"} if block["type"] == "tool_use" else {}
        blocks.append({**block, **own})
    for index, block in enumerate(blocks):
        events += _block(index, block, answer.broken)
    delta = {"stop_reason": stop, "stop_sequence": None}
    events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 10}})
    events.append({"type": "message_stop"})
    return events


def _block(index: int, block: Block, broken: str | None) -> list[dict[str, Any]]:
    """A call's arguments come in two pieces, as the real API sends them in several."""
    if block["type"] == "text":
        empty: Block = {"type": "text", "text": ""}
        deltas: list[Block] = [{"type": "text_delta", "text": block["text"]}]
    elif block["type"] == "thinking":
        empty = {**block, "signature": ""}
        deltas = [{"type": "signature_delta", "signature": block["signature"]}]
    else:
        empty = {**block, "input": {}}
        arguments = json.dumps(block["input"]) if broken is None else broken
        middle = len(arguments) // 2
        parts = (arguments[:middle], arguments[middle:])
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
    return [
        {"type": "content_block_start", "index": index, "content_block": empty},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]
