"""The REST protocol `/catalog/v0/…`: which call a request is, and what the answer looks like.

Source: the client's `src/api`. A call is a function that is registered with `route` under a method
and a path; it gets a `Call` and the path's arguments and gives an `Answer`, or raises a platform
error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from fake_bauplan.catalog.types import User
from fake_bauplan.errors import BadRequest, NotImplementedYet, PlatformError
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.refs import Ref

PAGE = 100
LARGEST_PAGE = 1000
OWN_PROPERTY = "bpln_"
NUMBER = re.compile(r"[0-9]{1,18}")


class Request(NamedTuple):
    """A request as it came in: `target` is path and query, `key` the bearer token ("" without)."""

    method: str
    target: str
    key: str
    body: bytes


class Answer(NamedTuple):
    """What a call gives: data, the ref that it is about, where the next page starts."""

    data: Any
    ref: Ref | None = None
    next: str | None = None


class Call(NamedTuple):
    """A request that was let in: who asks, and what with."""

    lakehouse: Lakehouse
    user: User
    query: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def limit(self) -> int:
        """How many records a page has."""
        text = self.query.get("max_records", str(PAGE))
        if not NUMBER.fullmatch(text) or int(text) < 1:
            raise BadRequest(f"max_records is {text!r}, not a positive number")
        return min(int(text), LARGEST_PAGE)

    @property
    def after(self) -> str | None:
        """Where the page starts: an earlier answer's pagination token."""
        return self.query.get("pagination_token")

    def text(self, name: str) -> str:
        """A string of the body that must be there."""
        value = self.optional(name)
        if not value:
            raise BadRequest(f"{name} is missing")
        return value

    def optional(self, name: str) -> str | None:
        """A string of the body, None without it."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise BadRequest(f"{name} is not a string")
        return value

    def message(self, subject: str) -> str:
        """A commit's message: the subject and, after an empty line, the body that was asked for."""
        body = self.optional("commit_body")
        return f"{subject}\n\n{body}" if body else subject

    def properties(self) -> dict[str, str]:
        """The commit properties that were asked for; `bpln_…` are the platform's own."""
        found = self.body.get("commit_properties") or {}
        return checked_properties(found, own=True)


def checked_properties(found: object, *, own: bool) -> dict[str, str]:
    """A mapping of strings; raises BadRequest for anything else and, with `own`, for `bpln_…`."""
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise BadRequest("properties are not a mapping of strings")
    reserved = [name for name in found if own and name.startswith(OWN_PROPERTY)]
    if reserved:
        raise BadRequest(f"property {reserved[0]!r} is the platform's own")
    return found


Handler = Callable[..., Answer]
_ROUTES: list[tuple[str, list[str], Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Register a call; `{}` stands for one segment of the path."""

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, path.split("/"), handler))
        return handler

    return register


def calls() -> list[tuple[str, str]]:
    """Method and path of every call that is implemented."""
    return [(method, "/".join(path)) for method, path, _ in _ROUTES]


def answer(lakehouse: Lakehouse, request: Request) -> tuple[int, bytes]:
    """The status and the JSON body for any request; a platform error is an answer too."""
    try:
        found = _call(lakehouse, request)
    except PlatformError as error:
        return error.status, failure(error)
    ref = found.ref.as_json() if found.ref else None
    metadata = {"status_code": 200, "pagination_token": found.next}
    return 200, _encode({"data": found.data, "ref": ref, "metadata": metadata})


def failure(error: PlatformError) -> bytes:
    """The JSON body of a platform error."""
    metadata = {"status_code": error.status, "pagination_token": None}
    return _encode({"error": error.body(), "metadata": metadata})


def _call(lakehouse: Lakehouse, request: Request) -> Answer:
    user = lakehouse.user(request.key)
    path, _, query = request.target.partition("?")
    handler, arguments = _find(request.method, path)
    return handler(Call(lakehouse, user, _query(query), _body(request.body)), *arguments)


def _find(method: str, path: str) -> tuple[Handler, list[str]]:
    parts = path.split("/")
    for known, pattern, handler in _ROUTES:
        if known == method and len(pattern) == len(parts):
            pairs = list(zip(pattern, parts, strict=True))
            if all(expected in ("{}", part) for expected, part in pairs):
                return handler, [_decode(part) for expected, part in pairs if expected == "{}"]
    raise NotImplementedYet(f"{method} {path}")


def _decode(segment: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError as error:
        raise BadRequest("the path is not UTF-8") from error


def _query(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise BadRequest(f"the query string cannot be read: {error}") from error
    return dict(pairs)


def _body(content: bytes) -> dict[str, Any]:
    if not content:
        return {}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadRequest("the body is not a JSON object")
    return found


def _encode(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
