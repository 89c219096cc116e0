"""Reads a page of the Bauplan documentation, and of no other site, as plain text."""

from __future__ import annotations

import urllib.error
import urllib.request
from html.parser import HTMLParser
from http.client import HTTPException
from typing import IO
from urllib.parse import urlsplit

from agent_replay.tools import ToolFailed
from pipeline_guard.rules.tools import DOCUMENTATION

_SECONDS = 20
_LARGEST = 2_000_000
_SILENT = frozenset({"script", "style", "noscript", "svg", "template", "head"})
_BREAKS = frozenset("p div li tr pre h1 h2 h3 h4 h5 h6 br section article ul ol table".split())


def fetch(url: str) -> str:
    """The page's text; raises ToolFailed with the reason. The guard has judged the address."""
    opener = urllib.request.build_opener(_SameSite)
    try:
        with opener.open(url, timeout=_SECONDS) as answer:
            kind = answer.headers.get_content_type()
            data = answer.read(_LARGEST)
    except (urllib.error.URLError, HTTPException, OSError) as error:
        raise ToolFailed(f"{url} cannot be read: {error}") from error
    text = data.decode(errors="replace")
    return plain(text) if kind == "text/html" else text


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
