"""The REST protocol on a socket: good requests, bad ones, and nonsense."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake_bauplan.faults import parse
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import Server

Reply = tuple[int, dict[str, Any]]
Ask = Callable[..., Reply]


@pytest.fixture
def ask(lakehouse_server: Server) -> Ask:
    """Sends one request and gives status and JSON; `key=None` sends no key."""

    def send(method: str, path: str, body: Any = None, key: str | None = "") -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", lakehouse_server.port, timeout=10)
        right = lakehouse_server.lakehouse.key
        headers = {} if key is None else {"Authorization": f"Bearer {key or right}"}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body)
        connection.request(method, path, content, headers)
        response = connection.getresponse()
        answer = response.status, json.loads(response.read())
        connection.close()
        return answer

    return send


def kind(reply: Reply) -> str:
    """The error's type."""
    return str(reply[1]["error"]["type"])


def test_an_answer_has_data_and_metadata(ask: Ask) -> None:
    status, reply = ask("GET", "/catalog/v0/branches/main")
    assert status == 200
    assert reply["data"]["name"] == "main"
    assert reply["metadata"]["pagination_token"] is None


@pytest.mark.parametrize("key", [None, "wrong", "bpln_", "é"])
@pytest.mark.parametrize("path", ["/catalog/v0/branches", "/catalog/v0/branches/nope", "/nope"])
def test_without_the_right_key_everything_is_401(ask: Ask, key: str | None, path: str) -> None:
    reply = ask("GET", path, key=key)
    assert (reply[0], kind(reply)) == (401, "UNAUTHORIZED")


def test_a_call_that_does_not_exist_is_an_error_not_a_success(ask: Ask) -> None:
    for method, path in (("GET", "/nope"), ("PUT", "/catalog/v0/branches"), ("DELETE", "/")):
        reply = ask(method, path)
        assert (reply[0], kind(reply)) == (501, "NOT_IMPLEMENTED")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"branch_name": 1, "from_ref": "main"}',
        b'{"from_ref": "main"}',
        b"[" * 9999,
    ],
)
def test_a_malformed_body_is_a_bad_request(ask: Ask, body: bytes) -> None:
    reply = ask("POST", "/catalog/v0/branches", body)
    assert (reply[0], kind(reply)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "query",
    [
        "max_records=0",
        "max_records=-1",
        "max_records=many",
        "max_records=" + "9" * 5000,
        "filter_by_name=(",
        "filter_by_name=" + "a" * 2000,
        "filter_by_name=%ff",
        "&".join(f"a{number}=1" for number in range(200)),
    ],
)
def test_a_malformed_query_is_a_bad_request(ask: Ask, query: str) -> None:
    reply = ask("GET", f"/catalog/v0/branches?{query}")
    assert (reply[0], kind(reply)) == (400, "BAD_REQUEST")


def test_a_body_that_is_too_large_is_refused(ask: Ask) -> None:
    reply = ask("POST", "/catalog/v0/branches", b" " * (32 << 20))
    assert (reply[0], kind(reply)) == (413, "PAYLOAD_TOO_LARGE")


def raw(server: Server, request: bytes) -> bytes:
    """All that comes back for raw bytes, once our side has ended."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        reply = b""
        while chunk := connection.recv(65536):
            reply += chunk
    return reply


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GARBAGE\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"501"),
    ],
)
def test_what_is_no_request_is_answered_as_json(
    lakehouse_server: Server, request_bytes: bytes, status: bytes
) -> None:
    head, _, body = raw(lakehouse_server, request_bytes).partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == status
    assert json.loads(body)["error"]["type"] == "BAD_REQUEST"


def test_one_connection_carries_many_requests(lakehouse_server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", lakehouse_server.port, timeout=10)
    headers = {"Authorization": f"Bearer {lakehouse_server.lakehouse.key}"}
    for _ in range(3):
        connection.request("GET", "/catalog/v0/branches/main", headers=headers)
        assert connection.getresponse().read()
    assert connection.sock is not None
    connection.close()


def test_lists_come_in_pages_that_miss_and_repeat_nothing(ask: Ask, lakehouse: Lakehouse) -> None:
    for number in range(5):
        lakehouse.catalog.create_branch(f"demo.b{number}", "main")
        lakehouse.catalog.create_tag(f"v{number}", "main")
        lakehouse.load_table(f"n{number}", "t", pa.table({"x": [1]}))
    for path in (
        "branches",
        "tags",
        "refs/main/tables",
        "refs/main/namespaces",
        "refs/main/commits",
    ):
        whole = ask("GET", f"/catalog/v0/{path}")[1]["data"]
        found, token = [], ""
        while token is not None:
            page = ask("GET", f"/catalog/v0/{path}?max_records=2&pagination_token={token}")[1]
            assert len(page["data"]) <= 2
            found += page["data"]
            token = page["metadata"]["pagination_token"]
        assert found == whole
        assert len(found) >= 5


OTHERS = [
    (
        "POST",
        "/catalog/v0/branches",
        {"branch_name": "ciro.x", "from_ref": "main"},
        "CREATE_BRANCH",
    ),
    ("DELETE", "/catalog/v0/branches/ciro.a", {}, "DELETE_BRANCH"),
    ("DELETE", "/catalog/v0/branches/main", {}, "DELETE_BRANCH"),
    ("PATCH", "/catalog/v0/branches/ciro.a", {"branch_name": "demo.x"}, "RENAME_BRANCH"),
    ("PATCH", "/catalog/v0/branches/demo.a", {"branch_name": "ciro.x"}, "RENAME_BRANCH"),
    ("POST", "/catalog/v0/refs/demo.a/merge/ciro.a", {}, "MERGE"),
    ("POST", "/catalog/v0/branches/main/namespaces", {"namespace_name": "n"}, "CREATE_NAMESPACE"),
    ("DELETE", "/catalog/v0/branches/main/namespaces/bauplan", {}, "DELETE_NAMESPACE"),
    ("DELETE", "/catalog/v0/branches/ciro.a/tables/shop.t", {}, "DELETE_TABLE"),
    ("DELETE", "/catalog/v0/branches/main/tables/shop.t", {}, "DELETE_TABLE"),
    (
        "POST",
        "/catalog/v0/refs/demo.a/tables/shop.t/revert/main",
        {"replace": True},
        "REVERT_TABLE",
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "action"), OTHERS)
def test_main_and_the_branches_of_others_are_not_written(
    ask: Ask, lakehouse: Lakehouse, method: str, path: str, body: dict[str, str], action: str
) -> None:
    lakehouse.load_table("shop", "t", pa.table({"x": [1]}))
    for branch in ("demo.a", "ciro.a"):
        lakehouse.catalog.create_branch(branch, "main")
    lakehouse.load_table("shop", "t", pa.table({"x": [2]}), "demo.a")
    before = lakehouse.catalog.names("BRANCH")
    reply = ask(method, path, body)
    assert (reply[0], kind(reply)) == (403, f"{action}_FORBIDDEN")
    assert lakehouse.catalog.names("BRANCH") == before


def test_the_platforms_own_properties_cannot_be_forged(ask: Ask, lakehouse: Lakehouse) -> None:
    lakehouse.catalog.create_branch("demo.a", "main")
    body = {"namespace_name": "n", "commit_properties": {"bpln_job_id": "7"}}
    reply = ask("POST", "/catalog/v0/branches/demo.a/namespaces", body)
    assert (reply[0], kind(reply)) == (400, "BAD_REQUEST")


def test_faults_on_request_hit_the_calls_that_they_name(ask: Ask, lakehouse: Lakehouse) -> None:
    lakehouse.faults.add(parse("GET */branches=error:503x1"), parse("GET */tags=dropx1"))
    assert ask("GET", "/catalog/v0/branches")[0] == 503
    assert ask("GET", "/catalog/v0/branches")[0] == 200
    with pytest.raises(http.client.IncompleteRead):
        ask("GET", "/catalog/v0/tags")
    assert ask("GET", "/catalog/v0/tags")[0] == 200


TEXT = st.text(max_size=20)
PATHS = st.lists(
    st.sampled_from(
        ["catalog", "v0", "branches", "refs", "main", "tables", "commits", "merge", "%2F"]
    )
    | TEXT.map(lambda text: "".join(f"%{byte:02X}" for byte in text.encode())),
    max_size=8,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
    path=PATHS,
    body=st.none() | st.binary(max_size=40) | st.dictionaries(TEXT, TEXT | st.integers()),
)
def test_no_request_makes_the_lakehouse_fail(
    ask: Ask, method: str, path: list[str], body: Any
) -> None:
    """Every answer is the call's own or a platform error, never an internal one."""
    assert ask(method, "/" + "/".join(path), body)[0] != 500
