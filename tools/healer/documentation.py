"""Reads a page of the Bauplan documentation, and of no other site, as plain text."""

from __future__ import annotations

import urllib.error
import urllib.request
from email.message import Message
from html.parser import HTMLParser
from http.client import HTTPException, HTTPResponse
from typing import IO
from urllib.parse import urlsplit

from agent_replay.tools import ToolFailed
from pipeline_guard.rules.tools import DOCUMENTATION

SECONDS = 20.0
LARGEST = 2_000_000
"""The most bytes of a page."""
_TEXTS = frozenset({"application/json", "application/xml", "application/yaml"})
_SILENT = frozenset({"script", "style", "noscript", "svg", "template", "head"})
_BREAKS = frozenset("p div li tr pre h1 h2 h3 h4 h5 h6 br section article ul ol table".split())


def fetch(url: str, seconds: float = SECONDS) -> str:
    """The page's text; raises ToolFailed with the reason. The guard has judged the address.

    It is not waited for longer than `seconds` at a time.
    """
    opener = urllib.request.build_opener(_SameSite)
    try:
        with opener.open(url, timeout=seconds) as answer:
            headers: Message = answer.headers
            data = _read(answer, headers.get_content_type(), url)
    except urllib.error.HTTPError as error:
        error.close()
        raise ToolFailed(f"{url} cannot be read: {error}") from error
    except (urllib.error.URLError, HTTPException, OSError) as error:
        raise ToolFailed(f"{url} cannot be read: {str(error) or repr(error)}") from error
    text = _decoded(data, headers.get_content_charset("utf-8"))
    return plain(text) if headers.get_content_type() == "text/html" else text


def _read(answer: HTTPResponse, kind: str, url: str) -> bytes:
    if not kind.startswith("text/") and kind not in _TEXTS:
        raise ToolFailed(f"{url} is {kind}, no text")
    data = answer.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ToolFailed(f"{url} has more than {LARGEST:,} bytes")
    if answer.length:
        raise ToolFailed(f"{url} broke off: {answer.length:,} bytes are missing")
    return data


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, errors="replace")
    except LookupError:
        return data.decode(errors="replace")


def plain(html: str) -> str:
    """The words of a page, one block a line."""
    reader = _Words()
    reader.feed(html)
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


class _SameSite(urllib.request.HTTPRedirectHandler):
    """Follows a redirection within the documentation only."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: object,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The next request; one to another site or without encryption is refused."""
        parts = urlsplit(newurl)
        if parts.scheme != "https" or parts.netloc.casefold() != DOCUMENTATION:
            fp.close()
            raise ToolFailed(f"{req.full_url} leads to {newurl}, not to {DOCUMENTATION}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


class _Words(HTMLParser):
    """Collects what a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """A block begins on a line of its own."""
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Words, unless they are code of the page itself."""
        if not self._silent:
            self.parts.append(data)
