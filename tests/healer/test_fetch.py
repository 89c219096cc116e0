"""Fetching the Bauplan documentation, over real TLS: no other site, no other kind, no hanging."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_replay.tools import ToolFailed
from healer import documentation, toolbox
from healer.toolbox import Toolbox
from tests.healer.api import Say, call, in_turn
from tests.healer.conftest import Heals
from tests.healer.docs_site import HOST, Page, Site, serve

TOP = f"https://{HOST}"
PAGES = {
    "/refs": Page(
        b"<head><title>t</title></head><h1>Refs</h1><script>x()</script>"
        b"<p>A <b>ref</b> &amp; a tag</p>"
    ),
    "/latin": Page("<p>café</p>".encode("latin-1"), "text/html; charset=iso-8859-1"),
    "/unknown": Page(b"<p>plain</p>", "text/html; charset=klingon"),
    "/llms.txt": Page(b"# Bauplan\n<not a tag>\n", "text/plain"),
    "/openapi.json": Page(b'{"openapi": "3.1"}', "application/json"),
    "/manual.pdf": Page(b"%PDF-1.7 \x00\xff", "application/pdf"),
    "/logo": Page(b"\x89PNG\r\n", "image/png"),
    "/gone": Page(b"<h1>Not here</h1>", status=404),
    "/broken": Page(b"<h1>Oh</h1>", status=503),
    "/long": Page(b"<p>" + b"word " * 10_000),
    "/huge": Page(b"x" * (documentation.LARGEST + 1), "text/plain"),
    "/short": Page(b"<p>half", length=1_000),
    "/moved": Page(status=301, location=f"{TOP}/refs"),
    "/beside": Page(status=302, location="/refs"),
    "/away": Page(status=302, location="https://example.com/refs"),
    "/alike": Page(status=302, location=f"https://{HOST}.example.com/refs"),
    "/named": Page(status=302, location=f"https://{HOST}@example.com/refs"),
    "/plain": Page(status=302, location=f"http://{HOST}/refs"),
    "/file": Page(status=302, location="file:///etc/passwd"),
    "/loop": Page(status=302, location="/loop"),
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The documentation's site."""
    with serve(PAGES, tmp_path, monkeypatch) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/refs", "Refs\nA ref & a tag"),
        ("/latin", "café"),
        ("/unknown", "plain"),
        ("/llms.txt", "# Bauplan\n<not a tag>\n"),
        ("/openapi.json", '{"openapi": "3.1"}'),
        ("/moved", "Refs\nA ref & a tag"),
        ("/beside", "Refs\nA ref & a tag"),
    ],
)
def test_a_page_is_read_as_text(site: Site, path: str, text: str) -> None:
    """HTML as its words, other text as it is; a redirection within the site is followed."""
    assert documentation.fetch(TOP + path) == text
    assert set(site.connected) == {f"{HOST}:443"}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/manual.pdf", "application/pdf, no text"),
        ("/logo", "image/png, no text"),
        ("/gone", "404"),
        ("/broken", "503"),
        ("/huge", "more than 2,000,000 bytes"),
        ("/short", "broke off: 993 bytes are missing"),
        ("/loop", "loop"),
        ("/away", "leads to https://example.com/refs"),
        ("/alike", f"leads to https://{HOST}.example.com/refs"),
        ("/named", f"leads to https://{HOST}@example.com/refs"),
        ("/plain", f"leads to http://{HOST}/refs"),
        ("/file", "'file:///etc/passwd' is not allowed"),
    ],
)
def test_what_cannot_be_read_says_why(site: Site, path: str, says: str) -> None:
    """And nothing is asked of another site."""
    with pytest.raises(ToolFailed) as caught:
        documentation.fetch(TOP + path)
    assert says in str(caught.value)
    assert f"{TOP}{path}" in str(caught.value)
    assert set(site.connected) == {f"{HOST}:443"}


def test_a_site_that_never_answers_is_not_waited_for(site: Site) -> None:
    """The words say that it took too long."""
    with pytest.raises(ToolFailed, match="timed out"):
        documentation.fetch(f"{TOP}/never", seconds=0.3)
    assert site.asked == ["/never"]


def test_another_ones_certificate_is_not_taken(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is in between cannot speak in the site's name."""
    (tmp_path / "none.pem").write_text("")
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ToolFailed, match="CERTIFICATE_VERIFY_FAILED"):
        documentation.fetch(f"{TOP}/refs")
    assert site.asked == []


def test_a_long_page_is_cut_and_says_so(site: Site, tmp_path: Path) -> None:
    """There is no second half to be had by the tool's own arguments."""
    result = Toolbox(tmp_path, {}).run("WebFetch", {"url": f"{TOP}/long"})
    assert site.asked == ["/long"]
    assert len(result.text) < toolbox.LONGEST + 100
    assert result.text.endswith(f"\n[cut at {toolbox.LONGEST} characters]")


def test_an_agent_reads_it_and_no_other_site(site: Site, heals: Heals) -> None:
    """The guard judges the address before anything is asked."""
    asked = [
        call("WebFetch", url=f"{TOP}/refs"),
        call("WebFetch", url="https://example.com/refs"),
        call("WebFetch", url=f"{TOP}/gone"),
    ]
    seen = heals(in_turn(Say(asked), Say([call("AskUserQuestion", question="Enough?")])))
    page, other, gone = seen.api.results
    assert page["content"] == "Refs\nA ref & a tag"
    assert other["is_error"]
    assert gone["is_error"]
    assert "404" in gone["content"]
    assert sorted(site.asked) == ["/gone", "/refs"]
