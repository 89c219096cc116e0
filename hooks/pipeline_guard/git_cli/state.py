"""What git says about the working tree: the changed files, and which of them are staged.

The one place of the rules that starts a program. Only a commit, a rerun, `git add` of a folder
and the first edit of a healing need it.
"""

from __future__ import annotations

import os
from typing import NamedTuple

_TIMEOUT = 5.0


class Change(NamedTuple):
    """One changed file: absolute path, the index's and the working tree's state letter."""

    path: str
    in_index: str
    in_tree: str

    @property
    def untracked(self) -> bool:
        """Git does not know the file."""
        return self.in_index == "?"

    @property
    def staged(self) -> bool:
        """The next commit has it."""
        return self.in_index not in " ?!"

    @property
    def added(self) -> bool:
        """The next commit would have it as a new file."""
        return self.in_index in "AC"


class GitStateError(Exception):
    """Git did not answer; what cannot be known is not allowed."""


def changes(repo: str) -> list[Change]:
    """Every changed file of the repository, untracked ones too; raises GitStateError."""
    import subprocess  # 8 ms, and not needed for most calls

    command = ["git", "-C", repo, "-c", "core.fsmonitor=false", "status", "--porcelain=v1", "-z"]
    try:
        result = subprocess.run(
            [*command, "--untracked-files=all", "--ignore-submodules=none"],
            capture_output=True,
            timeout=_TIMEOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitStateError(f"git status did not answer: {error}") from None
    if result.returncode:
        words = os.fsdecode(result.stderr).strip().splitlines()
        raise GitStateError(f"git status failed: {words[0] if words else result.returncode}")
    return _parsed(os.fsdecode(result.stdout), repo)


def is_ignored(path: str, repo: str, git_dir: str) -> bool:
    """Whether git neither tracks this file nor would add it, so that no commit has its edits."""
    if _is_tracked(os.path.relpath(path, repo), git_dir):
        return False
    import subprocess  # only for a file that is not tracked yet

    asked = ["git", "-C", repo, "check-ignore", "-q", "--", path]
    try:
        return subprocess.run(asked, timeout=_TIMEOUT, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitStateError(f"git check-ignore did not answer: {error}") from None


def _is_tracked(name: str, git_dir: str) -> bool:
    """Whether the index names the file: two bytes with the name's length, the name, a zero byte."""
    try:
        with open(os.path.join(git_dir, "index"), "rb") as file:
            index = file.read()
    except OSError:
        return False  # nothing was ever added
    wanted = os.fsencode(name)
    at = index.find(wanted + b"\0")
    while at >= 0:
        if int.from_bytes(index[at - 2 : at], "big") & 0xFFF == min(len(wanted), 0xFFF):
            return True
        at = index.find(wanted + b"\0", at + 1)
    return False


def _parsed(text: str, repo: str) -> list[Change]:
    """`XY path`, each ended by a zero byte; a rename is followed by its old path."""
    found = []
    entries = iter(text.split("\0"))
    for entry in entries:
        if not entry:
            continue
        path = os.path.join(repo, entry[3:])
        found.append(Change(path, entry[0], entry[1]))
        if entry[0] in "RC":
            old = next(entries, "")
            found.append(Change(os.path.join(repo, old), "D", " "))
    return found
