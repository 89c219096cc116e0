"""What git shows: this session's commits and its debug branch, read from git's own files."""

from __future__ import annotations

import calendar
import os
import time
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from pipeline_guard import git_cli, workspace
from pipeline_guard.effects import RunGit
from pipeline_guard.ledger import Line
from pipeline_guard.session import Session

_MAKES_COMMITS = ("commit", "revert")


class Entry(NamedTuple):
    """One thing that moved HEAD: the commit it went to, when (epoch seconds), and how."""

    commit: str
    at: int
    action: str


def lines(effects: Sequence[RunGit], current: Session) -> Iterator[Line]:
    """The commits that this call made, and the debug branch that HEAD is on after it."""
    calls = [git_cli.read(effect.argv, effect.cwd) for effect in effects]
    most = sum(call.subcommand in _MAKES_COMMITS for call in calls)
    for entry in _commits(current)[-most:] if most else ():
        if entry.commit not in current.facts.commits:
            yield {"fact": "commit", "hash": entry.commit}
    name = workspace.head_branch(current.workspace)
    if name.startswith("debug/") and name != current.facts.git_branch:
        yield {"fact": "git-branch", "name": name}


def _commits(current: Session) -> list[Entry]:
    """What moved HEAD last, as far as it is commits since the session began."""
    since = _started(current)

    def is_commit(entry: Entry) -> bool:
        return entry.at >= since and entry.action.startswith(_MAKES_COMMITS)

    return [*takewhile(is_commit, reversed(_moves_of_head(current)))][::-1]


def _moves_of_head(current: Session) -> list[Entry]:
    """HEAD's entries in git's own log, oldest first."""
    path = os.path.join(current.workspace.git_dir, "logs", "HEAD")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return [entry for line in file.read().splitlines() if (entry := _entry(line))]
    except OSError:
        return []


def _entry(line: str) -> Entry | None:
    """`<old> <new> <who> <seconds> <zone>`, a tab, and what was done."""
    who, _, action = line.partition("\t")
    words = who.split()
    if len(words) < 4 or not words[-2].isdigit():
        return None
    return Entry(words[1], int(words[-2]), action)


def _started(current: Session) -> int:
    if not current.started:
        return 0
    return calendar.timegm(time.strptime(current.started, "%Y-%m-%dT%H:%M:%SZ"))
