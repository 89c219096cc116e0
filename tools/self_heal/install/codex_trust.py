"""Asks Codex itself whether it trusts the guard's hooks: one that it does not is never run.

Trust follows the content of each hook and is given in `/hooks`. `codex app-server` answers
`hooks/list` over JSON-RPC on its standard streams (measured with 0.169.0).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from self_heal.install.targets import is_ours

_SECONDS = 20
_REQUESTS = (
    {
        "id": 1,
        "method": "initialize",
        "params": {"clientInfo": {"name": "self-heal", "version": "1"}},
    },
    {"method": "initialized"},
)
_DO = "start `codex`, type `/hooks` and trust them (headless: `--dangerously-bypass-hook-trust`)."


def closed(program: str, settings: Path, folder: Path) -> Iterator[str]:
    """Why Codex would not run the hooks in this file, when it works in this folder."""
    hooks = listed(program, folder)
    if hooks is None:
        yield f"whether Codex trusts the hooks could not be asked: {_DO}"
        return
    ours = [hook for hook in hooks if is_ours(hook.get("command"), "codex")]
    here = [hook for hook in ours if Path(str(hook.get("sourcePath"))) == settings]
    if not here:
        yield (
            f"Codex does not read {settings}: it does not trust the project (start `codex` there "
            "and say yes), or hooks are switched off (`[features] hooks` in config.toml)."
        )
    untrusted = [h for h in here if h.get("trustStatus") not in ("trusted", "managed")]
    if untrusted:
        yield f"{len(untrusted)} of {len(here)} hooks are not trusted, so Codex skips them: {_DO}"
    if any(hook.get("enabled") is False for hook in here):
        yield "some of the hooks are disabled in `/hooks`: enable them there."


def listed(program: str, folder: Path) -> list[dict[str, Any]] | None:
    """The hooks that Codex knows when it works in this folder; None when it does not answer."""
    asked = {"id": 2, "method": "hooks/list", "params": {"cwds": [str(folder)]}}
    lines = "".join(json.dumps(request) + "\n" for request in (*_REQUESTS, asked))
    try:
        with subprocess.Popen(
            [program, "app-server"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            return _answer(server, lines)
    except OSError:
        return None


def _answer(server: subprocess.Popen[str], lines: str) -> list[dict[str, Any]] | None:
    """The hooks of the one folder; the server ends when its input does, so that stays open."""
    import threading

    timer = threading.Timer(_SECONDS, server.kill)
    timer.start()
    try:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(lines)
        server.stdin.flush()
        for line in server.stdout:
            found = json.loads(line)
            if found.get("id") == 2:
                return [hook for entry in found["result"]["data"] for hook in entry["hooks"]]
    except (ValueError, KeyError, TypeError, BrokenPipeError):
        return None
    finally:
        timer.cancel()
        server.kill()
    return None
