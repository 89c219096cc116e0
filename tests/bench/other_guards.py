"""Published guards beside ours: a whole process each, on the same event.

They are installed below `build/guards` from their registries. One that cannot be is left out, and
the reason is printed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "guards"
NAH = FOLDER / "nah" / "bin" / "nah"
NET = FOLDER / "node_modules" / ".bin" / "cc-safety-net"
_SECONDS = 300
_PIP = [str(FOLDER / "nah" / "bin" / "pip"), "install", "--quiet", "nah==0.11.0"]
_NPM = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(FOLDER)]
_OTHERS: Mapping[str, tuple[Path, str, tuple[list[str], ...]]] = {
    "nah 0.11.0": (
        NAH,
        "_claude-hook",
        ([sys.executable, "-m", "venv", str(FOLDER / "nah")], _PIP),
    ),
    "cc-safety-net 2.4.5": (NET, "hook --claude-code", ([*_NPM, "cc-safety-net@2.4.5"],)),
}


def installed(event: bytes, folder: Path) -> dict[str, Callable[[], object]]:
    """For each guard that could be installed, what lets it judge the event in an empty home."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found: dict[str, Callable[[], object]] = {}
    for name, (program, words, steps) in _OTHERS.items():
        reason = "" if program.exists() else _install(steps)
        if reason:
            print(f"{name} is left out: {reason}", file=sys.stderr)
        else:
            found[name] = _judges([str(program), *words.split()], event, folder)
    return found


def _install(steps: tuple[list[str], ...]) -> str:
    """Why it cannot be installed; `""` when it is."""
    for step in steps:
        try:
            subprocess.run(step, capture_output=True, text=True, timeout=_SECONDS, check=True)
        except subprocess.CalledProcessError as error:
            return (error.stderr.strip() or str(error)).splitlines()[-1]
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    return ""


def _judges(command: list[str], event: bytes, folder: Path) -> Callable[[], object]:
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
    return lambda: subprocess.run(
        command, input=event, env=environment, cwd=folder, check=True, capture_output=True
    )
