"""HTTP/1.1 in front of the REST calls: the standard library's server, with limits.

The standard library is enough here: one thread per connection suits calls that wait for SQLite, and
the handler works on a socket whose first bytes were only peeked at, which is all that one port for
two protocols needs.
"""

from __future__ import annotations

import logging
from http.server import BaseHTTPRequestHandler
from typing import Any

from fake_bauplan.errors import BadRequest, PlatformError
from fake_bauplan.faults import Injected
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.wire import rest_refs, rest_tables
from fake_bauplan.wire.rest import NUMBER, Request, answer, failure

LOG = logging.getLogger(__name__)
LARGEST_BODY = 1 << 20
DISCARDED_CHUNKS = 1 << 10
BEARER = "Bearer "
CALLS = (rest_refs, rest_tables)


class TooLarge(PlatformError):
    """A request with a larger body than any call needs."""

    status, type = 413, "PAYLOAD_TOO_LARGE"


class RestHandler(BaseHTTPRequestHandler):
    """Serves one connection; every answer, to nonsense too, is JSON as the client reads it."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"
    server_version = "fake-lakehouse"
    sys_version = ""
    timeout = 60
    lakehouse: Lakehouse

    def do_GET(self) -> None:
        """Answer any method the same way: the calls know which methods they have."""
        try:
            body = self._body()
        except PlatformError as error:
            self.close_connection = True
            self._send(error.status, failure(error))
            return self._discard()
        status, reply = self._answer(body)
        if self.lakehouse.faults.take(self._call, "drop"):
            self.close_connection = True
            return self._send(status, reply, len(reply) // 2)
        return self._send(status, reply)

    do_POST = do_PATCH = do_DELETE = do_PUT = do_GET  # noqa: N815

    @property
    def _call(self) -> str:
        return f"{self.command} {self.path.partition('?')[0]}"

    def _answer(self, body: bytes) -> tuple[int, bytes]:
        header = self.headers.get("Authorization", "")
        key = header.removeprefix(BEARER) if header.startswith(BEARER) else ""
        try:
            self.lakehouse.faults.strike(self._call)
            return answer(self.lakehouse, Request(self.command, self.path, key, body))
        except Injected as injected:
            return injected.status, failure(injected)
        except Exception:
            LOG.exception("%s %s failed", self.command, self.path)
            bug = PlatformError("The lakehouse failed on this request; its log says why")
            return bug.status, failure(bug)

    def _body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            raise BadRequest("a body needs a Content-Length")
        length = self.headers.get("Content-Length", "0")
        if not NUMBER.fullmatch(length):
            raise BadRequest(f"Content-Length is {length!r}")
        if int(length) > LARGEST_BODY:
            raise TooLarge(f"the body has {length} bytes, more than {LARGEST_BODY}")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise BadRequest("the body ended early")
        return body

    def _discard(self) -> None:
        """Read on for a while: closing at once would reset the connection and lose the answer."""
        for _ in range(DISCARDED_CHUNKS):
            if not self.rfile.read1(LARGEST_BODY):
                return

    def _send(self, status: int, body: bytes, sent: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[:sent])

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the standard library finds wrong with a request, said as a platform error."""
        error = BadRequest(message or explain or self.responses[code][0])
        error.status = code
        self.close_connection = True
        self._send(code, failure(error))

    def log_message(self, format: str, *args: Any) -> None:
        """One line per request, for whoever turns the log on."""
        LOG.debug(format, *args)
