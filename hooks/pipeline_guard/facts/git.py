"""What git shows: this session's commits and its debug branch, read from git's own files."""

from __future__ import annotations

import calendar
import os
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline_guard import git_cli, workspace
from pipeline_guard.effects import RunGit
from pipeline_guard.ledger import Line
from pipeline_guard.session import Session

_MAKES_COMMITS = ("commit", "revert")


class Entry(NamedTuple):
    """The last thing that moved HEAD: the commit it went to, when (epoch seconds), and how."""

    commit: str
    at: int
    action: str


def lines(effects: Sequence[RunGit], current: Session) -> Iterator[Line]:
    """The commit that this call made, and the debug branch that HEAD is on after it."""
    calls = [git_cli.read(effect.argv, effect.cwd) for effect in effects]
    if any(call.subcommand in _MAKES_COMMITS for call in calls):
        entry = last_move(current)
        made = entry.action.startswith(_MAKES_COMMITS) and entry.at >= _started(current)
        if made and entry.commit not in current.facts.commits:
            yield {"fact": "commit", "hash": entry.commit}
    name = workspace.head_branch(current.workspace)
    if name.startswith("debug/") and name != current.facts.git_branch:
        yield {"fact": "git-branch", "name": name}


def last_move(current: Session) -> Entry:
    """HEAD's latest entry in git's own log."""
    path = os.path.join(current.workspace.git_dir, "logs", "HEAD")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            last = (file.read().splitlines() or [""])[-1]
    except OSError:
        return Entry("", 0, "")
    who, _, action = last.partition("\t")
    words = who.split()
    at = int(words[-2]) if len(words) > 3 and words[-2].isdigit() else 0
    return Entry(words[1] if len(words) > 3 else "", at, action)


def _started(current: Session) -> int:
    if not current.started:
        return 0
    return calendar.timegm(time.strptime(current.started, "%Y-%m-%dT%H:%M:%SZ"))
