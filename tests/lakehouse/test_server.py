"""The one port: two protocols, many clients, and nothing left behind."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from fake_bauplan.catalog.types import PutNamespace
from fake_bauplan.errors import BranchHeadChanged
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import HOST, Server
from fake_bauplan.wire.mux import is_http2
from self_heal.errors import PortInUse

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CLIENTS = 50


class Echo:
    """A backend that sends back what it gets, in place of the gRPC server."""

    def __init__(self) -> None:
        self._listener = socket.create_server((HOST, 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            while content := connection.recv(65536):
                connection.sendall(content)

    def stop(self) -> None:
        """End it, also when nobody ever called."""
        socket.create_connection(self.address).close()
        self._thread.join()
        self._listener.close()


@pytest.fixture
def server(lakehouse: Lakehouse) -> Iterator[Server]:
    with Server(lakehouse, 0, lambda _: Echo()) as running:
        yield running


def connect(server: Server) -> socket.socket:
    return socket.create_connection((HOST, server.port), timeout=10)


def read(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size and (chunk := connection.recv(size - len(content))):
        content += chunk
    return content


def test_http2_goes_to_the_backend_byte_for_byte(server: Server) -> None:
    content = PREFACE + bytes(range(256)) * 4096
    with connect(server) as connection:
        sender = threading.Thread(target=connection.sendall, args=(content,))
        sender.start()
        assert read(connection, len(content)) == content
        sender.join()


def test_a_preface_that_comes_in_pieces_is_recognised() -> None:
    """One byte decides nothing: the server waits for the rest of it."""
    with (
        socket.create_server((HOST, 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0] as connection,
        ThreadPoolExecutor() as pool,
    ):
        client.sendall(PREFACE[:1])
        decided = pool.submit(is_http2, connection)
        assert not wait([decided], timeout=0.2).done
        client.sendall(PREFACE[1:])
        assert decided.result()


def test_http1_is_answered_here(server: Server) -> None:
    with connect(server) as connection:
        connection.sendall(b"GET /catalog/v0/branches HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 401"


def test_a_client_that_says_nothing_and_leaves_disturbs_nobody(server: Server) -> None:
    connect(server).close()
    with connect(server) as connection:
        connection.sendall(b"P")
    assert branches(server) == ["main"]


def test_a_port_in_use_is_a_clear_error(server: Server) -> None:
    with pytest.raises(PortInUse, match=f"port {server.port} is in use"):
        Server(server.lakehouse, server.port, lambda _: Echo())


def test_after_stop_nothing_listens_and_nothing_is_open(lakehouse: Lakehouse) -> None:
    server = Server(lakehouse, 0, lambda _: Echo())
    idle = connect(server)
    open_one = connect(server)
    open_one.sendall(PREFACE)
    read(open_one, len(PREFACE))
    server.stop()
    for connection in (idle, open_one):
        assert connection.recv(1) == b""
        connection.close()
    with pytest.raises(ConnectionRefusedError):
        connect(server)
    Server(lakehouse, server.port, lambda _: Echo()).stop()


def request(
    server: Server, method: str, path: str, body: object = None
) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
    headers = {"Authorization": f"Bearer {server.lakehouse.key}"}
    connection.request(method, f"/catalog/v0/{path}", json.dumps(body) if body else None, headers)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def branches(server: Server) -> list[str]:
    return [ref["name"] for ref in request(server, "GET", "branches?max_records=1000")[1]["data"]]


def test_fifty_clients_at_once_lose_nothing(server: Server) -> None:
    """Each makes a branch, writes to it and merges it: no error, and main holds all of it."""

    def client(number: int) -> list[int]:
        name = f"demo.c{number}"
        calls = [
            ("POST", "branches", {"branch_name": name, "from_ref": "main"}),
            ("POST", f"branches/{name}/namespaces", {"namespace_name": f"n{number}"}),
            ("POST", f"refs/{name}/merge/main", {"commit_message": name}),
            ("GET", f"refs/{name}/tables", None),
        ]
        return [request(server, *call)[0] for call in calls]

    with ThreadPoolExecutor(CLIENTS) as pool:
        codes = list(pool.map(client, range(CLIENTS)))
    assert codes == [[200] * 4] * CLIENTS
    found = set(server.lakehouse.catalog.namespaces("main"))
    assert found == {"bauplan", *(f"n{number}" for number in range(CLIENTS))}
    assert len(branches(server)) == CLIENTS + 1


def test_of_many_writers_that_saw_one_head_one_wins(lakehouse: Lakehouse) -> None:
    head = lakehouse.catalog.resolve("main").hash
    start = threading.Barrier(CLIENTS)

    def write(number: int) -> bool:
        start.wait()
        try:
            lakehouse.catalog.commit(
                "main",
                [PutNamespace(f"n{number}")],
                message="mine",
                author=lakehouse.owner,
                expected_head=head,
            )
        except BranchHeadChanged:
            return False
        return True

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert sum(pool.map(write, range(CLIENTS))) == 1
    assert len(lakehouse.catalog.commits("main").items) == 2
