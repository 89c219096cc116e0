"""The documentation's site on loopback: real TLS in its name, reached through a proxy."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

HOST = "docs.bauplanlabs.com"


class Page(NamedTuple):
    """What is at a path: `length` is what the header says of it, where that is not so."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    location: str = ""
    length: int = -1


class Site(NamedTuple):
    """What was asked of it: the hosts to connect to, and the paths."""

    connected: list[str]
    asked: list[str]


@contextmanager
def serve(pages: Mapping[str, Page], folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Serve the pages in the site's name; a path that is not among them never answers."""
    authority, site, end = trustme.CA(), Site([], []), threading.Event()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(tls)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """The tests read what was asked."""

        def do_CONNECT(self) -> None:
            site.connected.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.connection = tls.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", 0)
            self.close_connection = False

        def do_GET(self) -> None:
            site.asked.append(self.path)
            self.close_connection = True
            if self.path not in pages:
                end.wait()
                return
            page = pages[self.path]
            self.send_response(page.status)
            self.send_header("content-type", page.kind)
            length = len(page.body) if page.length < 0 else page.length
            self.send_header("content-length", str(length))
            if page.location:
                self.send_header("location", page.location)
            self.end_headers()
            self.wfile.write(page.body)

        def finish(self) -> None:
            super().finish()
            self.connection.close()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that left
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    patch.setenv("https_proxy", f"http://127.0.0.1:{server.server_address[1]}")
    patch.delenv("no_proxy", raising=False)
    patch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    try:
        yield site
    finally:
        end.set()
        server.shutdown()
        server.server_close()
