"""Other versions of the real `bauplan` program, put under build/ when a test asks for one."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from self_heal.reference import store
from self_heal.reference.program import Program

ROOT = Path(__file__).resolve().parents[1]


def program_of(version: str) -> str:
    """The program of this version: the installed one, else one put under build/.

    Skips the test, with the reason, where that version cannot be had.
    """
    installed = store.installed_program()
    with Program(installed) as program:
        if program.version() == version:
            return installed
    folder = ROOT / "build" / f"bauplan-{version}"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests in other processes ask for it, too
        if not (folder / "bin" / "bauplan").is_file():
            _fetch(version, folder)
    return str(folder / "bin" / "bauplan")


def _fetch(version: str, folder: Path) -> None:
    """Install into a folder of its own, whole or not at all."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    what = ["--retries", "1", "--no-deps", "--target", str(partial), f"bauplan=={version}"]
    done = subprocess.run([*pip, *what], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"bauplan {version} cannot be had: {done.stderr.strip()[-200:]}")
    partial.rename(folder)
