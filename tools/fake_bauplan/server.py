"""The lakehouse on one loopback port: REST, and gRPC behind the same port."""

from __future__ import annotations

import errno
import importlib
import logging
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.wire.mux import is_http2, join
from fake_bauplan.wire.rest_http import RestHandler
from self_heal.errors import PortInUse

LOG = logging.getLogger(__name__)
HOST = "127.0.0.1"
BACKLOG = 256


class Backend(Protocol):
    """A running gRPC server: where it listens, and how it ends."""

    address: tuple[str, int]

    def stop(self) -> None:
        """End it and everything that it started."""


class Server:
    """Listens from the moment it is made until `stop`; port 0 takes a free one.

    Raises PortInUse. `grpc` makes the backend for HTTP/2 connections.
    """

    def __init__(
        self,
        lakehouse: Lakehouse,
        port: int,
        grpc: Callable[[Lakehouse], Backend],
    ) -> None:
        self.lakehouse = lakehouse
        self._open: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        self._listener = _listen(port)
        self.port: int = self._listener.getsockname()[1]
        try:
            self._backend = grpc(lakehouse)
        except BaseException:
            self._listener.close()
            raise
        self._handler = type("Handler", (RestHandler,), {"lakehouse": lakehouse})
        self._acceptor = threading.Thread(target=self._accept, name="accept", daemon=True)
        self._acceptor.start()

    @property
    def endpoint(self) -> str:
        """What BAUPLAN_API_ENDPOINT has to be."""
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening, end every connection, stop the backend; the lakehouse stays open."""
        _hang_up(self._listener)
        self._acceptor.join()
        self._listener.close()
        with self._guard:
            left = dict(self._open)
        for connection in left:
            _hang_up(connection)
        self._backend.stop()
        for thread in left.values():
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._guard:
                self._open[connection] = thread
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if is_http2(connection):
                self._pass_on(connection)
            else:
                self._handler(connection, connection.getpeername(), self)
        except OSError as error:
            LOG.debug("a connection was lost: %s", error)
        finally:
            with self._guard:
                self._open.pop(connection)
            connection.close()

    def _pass_on(self, connection: socket.socket) -> None:
        with socket.create_connection(self._backend.address) as backend:
            backend.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            join(connection, backend)


def serve(lakehouse: Lakehouse, port: int = 0) -> Server:
    """The whole lakehouse on a port (0: a free one): REST and gRPC, running; raises PortInUse."""
    return Server(lakehouse, port, start_grpc)


def start_grpc(lakehouse: Lakehouse) -> Backend:
    """The gRPC side of the lakehouse; its libraries load only here."""
    module = importlib.import_module("fake_bauplan.wire.grpc_service")
    backend: Backend = module.start(lakehouse)
    return backend


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUse(f"port {port} is in use: give another one with --port") from error
    listener.listen(BACKLOG)
    return listener


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        LOG.debug("already closed: %s", error)
