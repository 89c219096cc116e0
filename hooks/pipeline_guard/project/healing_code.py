"""The project's code before a healing and after it, taken from git.

The commits of a healing carry its job's id in their messages, one after the other up to HEAD. A
snapshot of uncommitted work, the first of them, still belongs to the code before the fix.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence

from pipeline_guard.project import expectation_changes
from pipeline_guard.project.expectation_changes import Changes

NO_CHANGES = Changes((), (), ())


def first_commit(repo: str, marks: Sequence[str]) -> str:
    """The commit that the first fix was made on; `""` where HEAD is no commit of the healing.

    `marks` are what the messages are known by: the job id's first eight characters, or the
    pinned hash's where there is no job.
    """
    command = ["git", "-C", repo, "log", "--first-parent", "--format=%H%x00%P%x00%s%x00%b%x1e"]
    listed = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    start = ""
    for entry in listed.stdout.split("\x1e"):
        commit, parent, subject, body = [*entry.strip().split("\x00"), "", "", ""][:4]
        if not any(mark and mark in f"{subject} {body}" for mark in marks):
            break
        start = commit if subject.lower().startswith("snapshot") else parent.partition(" ")[0]
    return start


def check_out(repo: str, commit: str, folder: str, target: str) -> str:
    """Write the project `folder` (relative to the repository) as of `commit` below `target`.

    Returns where it lies, `""` where the commit has no such folder.
    """
    import io
    import tarfile

    command = ["git", "-C", repo, "archive", commit, "--", folder or "."]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        return ""
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(target, filter="data")
    return os.path.join(target, folder)


def changes(repo: str, project: str, marks: Sequence[str]) -> Changes:
    """What the healing did to the project's expectations; nothing where there is no healing."""
    start = first_commit(repo, marks)
    folder = os.path.relpath(project, repo)
    with tempfile.TemporaryDirectory(prefix="self-heal-") as place:
        before = check_out(repo, start, folder, os.path.join(place, "before")) if start else ""
        after = check_out(repo, "HEAD", folder, os.path.join(place, "after"))
        return expectation_changes.compare(before, after) if before and after else NO_CHANGES
