"""A real browser without a driver: the page lies in a frame of a given width, and a script in the
page around it measures what is there and writes it down.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path
from typing import Any

LOOK = (Path(__file__).parent / "look.js").read_text()
FRAME = """<!doctype html><html lang="en"><title>test</title><body style="margin:0">
<iframe id="page" style="border:0;width:{width}px;height:900px" srcdoc="{page}"></iframe>
<pre id="found"></pre><script>{look}</script></body></html>"""
DARK = "@media (prefers-color-scheme: dark)"


class Browser:
    """Chromium, started anew for each page."""

    def __init__(self, program: str) -> None:
        self.program = program

    def look(self, page: str, folder: Path, width: int, dark: bool) -> dict[str, Any]:
        """Lay the page out and measure it; also leaves `screenshot.png` of it in the folder."""
        page = page.replace(DARK, "@media all") if dark else page.replace(DARK, "@media not all")
        file = folder / "frame.html"
        file.write_text(FRAME.format(width=width, page=html.escape(page, quote=True), look=LOOK))
        printed = self._run(folder, "--dump-dom", file)
        (folder / "page.html").write_text(page)
        self._run(
            folder,
            f"--window-size={max(width, 500)},2400",
            f"--screenshot={folder / 'screenshot.png'}",
            folder / "page.html",
        )
        assert (folder / "screenshot.png").stat().st_size > 10_000
        found = re.search(r'<pre id="found">(.*?)</pre>', printed, re.S)
        assert found, printed[-2000:]
        told: dict[str, Any] = json.loads(html.unescape(found.group(1)))
        return {**told, "dark": told["background"] < 0.2}

    def _run(self, folder: Path, *arguments: object) -> str:
        command = [self.program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        done = subprocess.run(
            [*command, f"--user-data-dir={folder / 'profile'}", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.stdout
