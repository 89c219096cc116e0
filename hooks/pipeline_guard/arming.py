"""Where it is remembered that healing is on: one marker file for each way of being on.

    session.<id>                 a session that healing started in
    process.<pid>.<start time>   the agent process it ran in: it keeps a session on whose id
                                 changes within one conversation
    repository.<path>            `self-heal guard on`: every session in that repository

The launcher only asks whether a marker concerns it; here it is decided.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from typing import NamedTuple

from pipeline_guard import home, processes

SESSION = "session."
PROCESS = "process."
REPOSITORY = "repository."
_STRANGERS = "strangers"


class Marker(NamedTuple):
    """One marker: its file name, the agent process, and the repository it belongs to."""

    name: str
    process: str
    repo: str


def is_on(session_id: str, repo: str) -> bool:
    """Whether healing is on for a session in this process and this repository."""
    return bool(why_on(session_id, repo))


def why_on(session_id: str, repo: str) -> str:
    """The kind of marker that has healing on (`SESSION` before the others); `""` when it is off."""
    if _exists(SESSION + home.file_name(session_id)):
        return SESSION
    if repo and _exists(REPOSITORY + home.file_name(repo)):
        return REPOSITORY
    process = processes.agent() if _any(PROCESS) else None
    return PROCESS if process is not None and _exists(PROCESS + process.identity) else ""


def know_stranger(session_id: str) -> None:
    """Remember that a session has nothing to do with the armed ones: the launcher lets it pass."""
    home.replace(os.path.join(home.folder(_STRANGERS), home.file_name(session_id)), "")


def _forget_strangers() -> None:
    folder = home.folder(_STRANGERS)
    _unlink(os.path.join(folder, name) for name in os.listdir(folder))


def arm_session(session_id: str, repo: str) -> None:
    """Switch healing on for a session and for the agent process it runs in."""
    _forget_dead()
    _forget_strangers()
    process = processes.agent()
    identity = process.identity if process else ""
    if identity:
        _write(PROCESS + identity, identity, repo)
    _write(SESSION + home.file_name(session_id), identity, repo)


def arm_alone(session_id: str, repo: str) -> None:
    """Switch healing on for a session whose agent is this very process."""
    _write(SESSION + home.file_name(session_id), "", repo)


def arm_repository(repo: str) -> None:
    """Switch healing on for every session in a repository."""
    _write(REPOSITORY + home.file_name(repo), "", repo)


def disarm_session(session_id: str) -> None:
    """Switch healing off for a session, its process and the ids it had in that process."""
    process = processes.agent()
    own = {SESSION + home.file_name(session_id)}
    shared = {process.identity} if process else set()
    for marker in markers():
        if marker.name in own and marker.process:
            shared.add(marker.process)
    _remove(m for m in markers() if m.name in own or (m.process and m.process in shared))


def disarm_alone(session_id: str) -> None:
    """Switch off what `arm_alone` switched on, and no other session of the caller's."""
    _remove([Marker(SESSION + home.file_name(session_id), "", "")])


def disarm_repository(repo: str) -> list[Marker]:
    """Switch healing off for a repository and for all sessions in it; tells what was on."""
    found = [marker for marker in markers() if marker.repo == repo]
    shared = {marker.process for marker in found if marker.process}
    found = [m for m in markers() if m in found or (m.process and m.process in shared)]
    _remove(found)
    return found


def markers() -> list[Marker]:
    """Every marker there is; one whose content is damaged still counts."""
    try:
        names = sorted(os.listdir(_folder()))
    except FileNotFoundError:
        return []
    return [_read(name) for name in names]


def _folder() -> str:
    return os.path.join(home.state_folder(), "armed")


def _exists(name: str) -> bool:
    """Asked so that a folder which cannot be looked into is an error, not a no."""
    try:
        os.lstat(os.path.join(_folder(), name))
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _any(prefix: str) -> bool:
    return any(marker.startswith(prefix) for marker in os.listdir(home.folder("armed")))


def _write(name: str, process: str, repo: str) -> None:
    content = {"process": process, "repo": repo, "at": int(time.time())}
    home.replace(os.path.join(home.folder("armed"), name), json.dumps(content))


def _read(name: str) -> Marker:
    try:
        with open(os.path.join(_folder(), name), encoding="utf-8") as file:
            content = json.load(file)
        return Marker(name, str(content["process"]), str(content["repo"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Marker(name, "", "")


def _forget_dead() -> None:
    """Take out the markers of agent processes that have ended."""
    for marker in markers():
        if marker.name.startswith(PROCESS):
            pid = marker.name.removeprefix(PROCESS).partition(".")[0]
            process = processes.read(int(pid)) if pid.isdigit() else None
            if process is None or PROCESS + process.identity != marker.name:
                _remove([marker])


def _remove(found: Iterable[Marker]) -> None:
    _unlink(os.path.join(_folder(), marker.name) for marker in found)


def _unlink(paths: Iterable[str]) -> None:
    for path in paths:
        try:
            os.unlink(path)
        except FileNotFoundError:
            continue  # another hook of the same moment was first
