"""Where a session works: its git repository, its Bauplan project and its `debug/` folder.

Read from the file system alone, without starting a program: it is needed for every call.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

PROJECT_FILES = ("bauplan_project.yml", "bauplan_project.yaml")
PROJECT = "project"
DEBUG = "debug"
GIT = "git"
OUTSIDE = "outside"

_SKIPPED = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", "debug"})
_SEARCH_DEPTH = 5
_SEARCH_FOLDERS = 400


class Workspace(NamedTuple):
    """The folders of one session, absolute and with symlinks resolved; `""` where there is none.

    `start` is the folder the session started in, `repo` the top of its git repository,
    `project` the nearest folder with a `bauplan_project.yml` (or `.yaml`), `debug` the folder
    for the reports (it need not exist yet), `git_dir` the repository's own files.
    """

    start: str
    repo: str
    project: str
    debug: str
    git_dir: str


def find(start: str) -> Workspace:
    """The workspace of a session that started in `start`."""
    start = os.path.realpath(start)
    repo, git_dir = _repository(start)
    debug = os.path.join(repo or start, "debug")
    return Workspace(start, repo, _project(start, repo), debug, git_dir)


def find_repository(start: str) -> str:
    """The top of the git repository around a folder; `""` when there is none."""
    return _repository(os.path.realpath(start))[0]


def head_branch(workspace: Workspace) -> str:
    """The branch that HEAD names; `""` when HEAD is detached or there is no repository."""
    head = _read(os.path.join(workspace.git_dir, "HEAD")) if workspace.git_dir else ""
    prefix = "ref: refs/heads/"
    return head.removeprefix(prefix) if head.startswith(prefix) else ""


def head_commit(workspace: Workspace) -> str:
    """The hash of the commit that HEAD stands on; `""` before the first commit."""
    head = _read(os.path.join(workspace.git_dir, "HEAD")) if workspace.git_dir else ""
    if not head.startswith("ref: "):
        return head
    ref = head.removeprefix("ref: ")
    common = common_git_dir(workspace)
    return _read(os.path.join(common, ref)) or _packed(common, ref)


def common_git_dir(workspace: Workspace) -> str:
    """The git folder that all worktrees of a repository share; `""` without a repository."""
    if not workspace.git_dir:
        return ""
    pointer = _read(os.path.join(workspace.git_dir, "commondir"))
    return os.path.normpath(os.path.join(workspace.git_dir, pointer or "."))


def default_branch(workspace: Workspace) -> str:
    """The branch that `origin/HEAD` names; `""` when there is no such remote."""
    if not workspace.git_dir:
        return ""
    head = _read(os.path.join(common_git_dir(workspace), "refs", "remotes", "origin", "HEAD"))
    prefix = "ref: refs/remotes/origin/"
    return head.removeprefix(prefix) if head.startswith(prefix) else ""


def has_branch(workspace: Workspace, name: str) -> bool:
    """Whether there is a local git branch of this name."""
    common = common_git_dir(workspace)
    ref = f"refs/heads/{name}"
    return bool(workspace.git_dir and (_read(os.path.join(common, ref)) or _packed(common, ref)))


def has_remote_branch(workspace: Workspace, name: str) -> bool:
    """Whether a remote has a branch of this name, which `git switch` would start a new one from."""
    common = common_git_dir(workspace)
    remotes = os.path.join(common, "refs", "remotes")
    names = os.listdir(remotes) if common and os.path.isdir(remotes) else []
    packed = _read(os.path.join(common, "packed-refs")).splitlines() if common else []
    kept = (line.partition(" refs/remotes/")[2].partition("/")[2] for line in packed)
    return name in kept or any(_read(os.path.join(remotes, remote, name)) for remote in names)


def zone(path: str, workspace: Workspace) -> str:
    """Which part of the workspace a real, absolute path lies in.

    `debug/` and `.git` are never project, wherever the project's folder is. Names are compared
    without regard to case: a file system may not tell `Debug` from `debug`.
    """
    if _inside(path, workspace.git_dir) or _has_git_part(path):
        return GIT
    if _inside(path, workspace.debug):
        return DEBUG
    if _inside(path, workspace.project):
        return PROJECT
    return OUTSIDE


def _inside(path: str, folder: str) -> bool:
    if not folder:
        return False
    path, folder = path.casefold(), folder.casefold()
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _has_git_part(path: str) -> bool:
    return ".git" in path.casefold().split("/")


def _repository(start: str) -> tuple[str, str]:
    for folder in _upwards(start):
        git = os.path.join(folder, ".git")
        if os.path.isdir(git):
            return folder, git
        pointer = _read(git)
        if pointer.startswith("gitdir: "):
            return folder, os.path.realpath(os.path.join(folder, pointer.removeprefix("gitdir: ")))
    return "", ""


def _project(start: str, repo: str) -> str:
    return project_around(start, repo) or _project_below(repo or start)


def project_around(folder: str, repo: str) -> str:
    """The project that a folder or file lies in, up to the top of the repository; `""` for none."""
    for above in _upwards(os.path.realpath(folder)):
        if _is_project(above):
            return above
        if above == repo:
            break
    return ""


def projects_below(top: str) -> list[str]:
    """Every project under `top` that is not too deep, the nearest first."""
    return [folder for level in _levels(top) for folder in level if _is_project(folder)]


def _project_below(top: str) -> str:
    """The nearest project under `top`; of two equally near ones neither can be chosen."""
    for level in _levels(top):
        found = [folder for folder in level if _is_project(folder)]
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def _levels(top: str) -> Iterator[list[str]]:
    """The folders under `top`, one depth after the other, as far as is looked."""
    level, seen = [top], 0
    for _ in range(_SEARCH_DEPTH + 1):
        yield level
        seen += len(level)
        if seen > _SEARCH_FOLDERS:
            return
        level = [child for folder in level for child in _folders(folder)]


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(
                entry.path
                for entry in entries
                if entry.name not in _SKIPPED and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []  # a folder that cannot be read holds no project of ours


def _is_project(folder: str) -> bool:
    return any(os.path.isfile(os.path.join(folder, name)) for name in PROJECT_FILES)


def _upwards(start: str) -> list[str]:
    folders = [start]
    while (parent := os.path.dirname(folders[-1])) != folders[-1]:
        folders.append(parent)
    return folders


def _packed(git_dir: str, ref: str) -> str:
    for line in _read(os.path.join(git_dir, "packed-refs")).splitlines():
        commit, _, name = line.partition(" ")
        if name == ref:
            return commit
    return ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""
