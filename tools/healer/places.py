"""The folder of one watched healing: its own clone, its own home with the account, its log.

A home of its own, because `bauplan checkout` writes the active branch into the home folder's
configuration: two healings at once would take it from each other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline_guard import home, workspace
from self_heal.errors import BadInput

_SESSION = "session"
_OUTCOME = "outcome"
_CONFIG = ("config.yaml", "config.yml")


class Place(NamedTuple):
    """Where one job is healed."""

    folder: Path

    @property
    def job(self) -> str:
        """The job's id is the folder's name."""
        return self.folder.name

    @property
    def repository(self) -> Path:
        """The clone."""
        return self.folder / "repository"

    @property
    def log(self) -> Path:
        """What `self-heal run --json` prints."""
        return self.folder / "log.jsonl"

    @property
    def dossier(self) -> Path:
        """The page that tells a person of the healing, once it has ended."""
        return self.folder / "dossier.html"

    @property
    def session(self) -> str:
        """The healing's session; `""` before the claim is ours."""
        return _read(self.folder / _SESSION)

    @property
    def outcome(self) -> str:
        """How it ended; `""` while it has not."""
        return _read(self.folder / _OUTCOME)

    def begun(self, session: str) -> None:
        """The claim is ours: this is the healing's session."""
        _write(self.folder / _SESSION, session)

    def ended(self, outcome: str) -> None:
        """Remember how it ended."""
        _write(self.folder / _OUTCOME, outcome)

    def remove(self) -> None:
        """Another watcher has the claim: nothing was done here."""
        shutil.rmtree(self.folder)

    def project_in(self, source: Path) -> Path:
        """The project's folder in the clone, as it lies in the repository it was cloned from."""
        found = workspace.find(str(source))
        return self.repository / os.path.relpath(found.project or found.repo, found.repo)

    def environment(self, outer: Mapping[str, str]) -> dict[str, str]:
        """The watcher's environment with this healing's home; the state folder stays shared."""
        state = str(Path(home.state_folder()).parent)
        return {**outer, "HOME": str(self.folder / "home"), "XDG_STATE_HOME": state}


def make(folder: Path, job: str, source: Path) -> Place:
    """A fresh clone of `source`'s repository for a job; one without a claim is replaced."""
    place = Place(folder / job)
    if place.folder.exists():
        place.remove()
    place.folder.mkdir(parents=True, mode=0o700)
    _clone(workspace.find_repository(str(source)), place.repository)
    _copy_account(Path.home() / ".bauplan", place.folder / "home" / ".bauplan")
    return place


def every(folder: Path) -> Iterator[Place]:
    """All healings that were begun in this folder."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir():
            yield Place(path)


def _clone(repo: str, into: Path) -> None:
    if not repo:
        raise BadInput("There is no git repository around the project: a watcher needs one.")
    _git("clone", "--quiet", "--no-hardlinks", repo, str(into))
    for name in ("user.name", "user.email"):
        value = subprocess.run(
            ["git", "-C", repo, "config", name], capture_output=True, text=True, check=False
        ).stdout.strip()
        _git("-C", str(into), "config", name, value or "self-heal@localhost")


def _git(*words: str) -> None:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadInput(f"`git {' '.join(words)}` failed: {done.stderr.strip()}")


def _copy_account(source: Path, into: Path) -> None:
    into.mkdir(parents=True, mode=0o700)
    for name in _CONFIG:
        if (source / name).is_file():
            shutil.copyfile(source / name, into / name)
            (into / name).chmod(0o600)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
