"""Claude Code installs the plugin itself, and nobody runs pip: the first session sets it up.

Set-up runs beside the session. Until it is done, a session that heals is refused with that reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.claude.room import REASON, SKILL, Room, bash, forbidden

pytestmark = [pytest.mark.claude, pytest.mark.xdist_group("claude")]

ROOT = Path(__file__).resolve().parents[2]
NAME = "self-healing-pipeline"
_SECONDS = 240


class Installed(Room):
    """A home folder into which Claude Code has installed the plugin from a copy of the checkout."""

    def __init__(self, program: Path, folder: Path) -> None:
        super().__init__(program, folder)
        self.source = folder / NAME
        _copy_tracked(self.source)
        self.claude("plugin", "marketplace", "add", str(self.source))
        self.claude("plugin", "install", f"{NAME}@{NAME}")

    def claude(self, *words: str) -> None:
        """One of the commands of the program itself."""
        subprocess.run(
            [self.program, *words],
            env=self._environment("http://127.0.0.1:9"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )

    @property
    def is_ready(self) -> bool:
        """Whether set-up is done."""
        return any(self.home.glob(".claude/plugins/data/*/venv/.ready"))

    def wait(self) -> None:
        """As a person does who reads that it is being set up."""
        until = time.monotonic() + _SECONDS
        while not self.is_ready and time.monotonic() < until:
            time.sleep(0.2)
        if not self.is_ready:
            logs = self.home.glob(".claude/plugins/data/*/set-up.log")
            said = "\n".join(log.read_text() for log in logs)
            pytest.fail(said) if os.environ.get("CI") else pytest.skip(f"pip: {said[-300:]}")

    def _options(self) -> list[str]:
        return [word for word in super()._options() if word not in ("--plugin-dir", str(ROOT))]

    def _environment(self, url: str) -> dict[str, str]:
        """Without the checkout's own `self-heal` on the PATH; pip needs what the machine says."""
        here = {key: value for key, value in os.environ.items() if not key.startswith("CLAUDE")}
        venv = str(ROOT / ".venv" / "bin")
        path = os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if p != venv)
        return {**here, **super()._environment(url), "PATH": path}


def _copy_tracked(target: Path) -> None:
    """What a git clone would hold: no environment, no packages."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name, follow_symlinks=False)


def test_the_first_session_sets_up_the_guard(claude: Path, tmp_path: Path):
    room = Installed(claude, tmp_path)
    early = room.session("Heal the job", SKILL)
    assert "not ready yet" in early or room.is_ready
    room.wait()
    calls = (SKILL, forbidden("installed"), bash("self-heal guard status"))
    read = room.session("Heal the job", *calls)
    assert REASON in read
    assert not room.ran("installed")
    assert "Healing is on" in read, read


def test_the_manifests_are_valid(claude: Path):
    """Without a warning: what a marketplace asks for before it lists a plugin."""
    words = ["plugin", "validate", "--strict", str(ROOT)]
    done = subprocess.run([claude, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, "passed" in done.stdout) == (0, True), done.stdout + done.stderr
