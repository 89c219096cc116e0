"""A scripted model on a free loopback port, for every protocol that an agent runtime speaks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support import anthropic_messages, gemini_content, openai_responses
from tests.support.conversation import Conversation, Reply, Script

_ASIDE = Reply("ok")


@contextmanager
def serve(script: Script) -> Iterator[str]:
    """Run the model; gives its base URL."""

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
        self._send(*self._answer(self.path.partition("?")[0], body))

    def _answer(self, path: str, body: Mapping[str, Any]) -> tuple[str, bytes]:
        if path.endswith("/messages"):
            return anthropic_messages.write(body, self._reply(anthropic_messages.read(body)))
        if path.endswith("/responses"):
            return openai_responses.write(body, self._reply(openai_responses.read(body)))
        if path.endswith(":streamGenerateContent"):
            return gemini_content.write(body, self._reply(gemini_content.read(body)))
        if path.endswith(":generateContent"):
            return gemini_content.write_aside()
        return "application/json", b'{"input_tokens": 100, "totalTokens": 100}'

    def _reply(self, conversation: Conversation) -> Reply:
        if not conversation.tools:
            return _ASIDE
        try:
            return self.script.reply(conversation)
        except Exception as error:  # shown by the test, which asserts that there is none
            self.script.errors.append(repr(error))
            return Reply(f"The script cannot go on: {error}")

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
