"""Which data state a job failed on, worked out from what look-ups printed.

A failed transactional run leaves its branch `<user>.<branch>-bpln-tx-<command>-<time>-<job id>`
behind, and each commit of a run carries the property `bpln_job_id`. The pinned state is the
parent of the job's first commit; where the run wrote nothing, the transaction branch's head. A run
that left neither is pinned by time: a branch only moves forward, so it read the newest commit from
before it was created.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pipeline_guard.ledger import Line

MARK = "-bpln-tx-"
_BEFORE = 1.0
"""A commit that many seconds older than the job was there: times are printed in seconds."""
_AFTER = 5.0
"""A commit less than this many seconds younger than the job may be what the job read."""


class Pin(NamedTuple):
    """What is known: the source branch, the pinned hash, the source branch's head.

    `searched` says that both look-ups succeeded and found nothing; `by_time` is what the times of
    the branch's commits say then. `result` is the state that the job left on the branch itself.
    """

    branch: str = ""
    hash: str = ""
    head: str = ""
    searched: bool = False
    by_time: str = ""
    result: str = ""


def find(job: str, lines: Iterable[Line]) -> Pin:
    """The pin of one job; an empty one while nothing is known."""
    lines = list(lines)
    lookups = [line for line in lines if line["fact"] in ("refs", "log")]
    heads = _heads(lookups)
    for line in lines:
        if line["fact"] == "context" and line["job"] == job:
            branch, _, found = line["ref"].partition("@")
            return Pin(branch, found, heads.get(branch, ""))
    transaction = _transaction(job, heads)
    branch = _source(job, transaction, lookups, heads)
    found = _parent(job, lookups) or _untouched(job, transaction, lookups, heads)
    searched = not transaction and _searched(job, lookups)
    by_time = _by_time(branch, _created(job, lines), lookups) if searched and not found else ""
    result = "" if transaction else _result(job, lookups)
    return Pin(branch, found, heads.get(branch, ""), searched, by_time, result)


def is_transaction_branch(name: str) -> bool:
    """Whether a branch was left behind by a failed transactional run."""
    return MARK in name


def _heads(lookups: list[Line]) -> dict[str, str]:
    """The head of each branch, as last seen."""
    heads: dict[str, str] = {}
    for line in lookups:
        if line["fact"] == "refs":
            heads.update(line["rows"])
        elif line["commits"] and not line["only"] and "@" not in line["ref"]:
            heads[line["ref"]] = line["commits"][0]["hash"]
    return heads


def _transaction(job: str, heads: Mapping[str, str]) -> str:
    names = [name for name in heads if is_transaction_branch(name) and name.endswith(f"-{job}")]
    return names[0] if names else ""


def _source(job: str, transaction: str, lookups: list[Line], heads: Mapping[str, str]) -> str:
    if transaction:
        return _source_of_transaction(transaction, lookups, heads)
    refs = [_branch(line) for line in lookups if line["fact"] == "log" and _tells_of(job, line)]
    return refs[-1] if refs else ""


def _source_of_transaction(name: str, lookups: list[Line], heads: Mapping[str, str]) -> str:
    """`<user>.<branch>`: a user's own branch may be written with its user once or twice."""
    stem = name.partition(MARK)[0]
    short = stem.partition(".")[2]
    known = {*heads, *(_branch(line) for line in lookups if line["fact"] == "log")}
    for candidate in (stem, short):
        if candidate in known:
            return candidate
    return short if "." in short or short in ("main", "master") else stem


def _parent(job: str, lookups: list[Line]) -> str:
    """The parent of the job's first commit, if one listing shows both."""
    for line in reversed(lookups):
        if line["fact"] == "log":
            mine = [i for i, commit in enumerate(line["commits"]) if _is_of(job, commit, line)]
            if mine and (parent := _parent_of(mine[-1], line)):
                return parent
    return ""


def _parent_of(index: int, line: Line) -> str:
    commits = line["commits"]
    if commits[index]["parents"]:
        return str(commits[index]["parents"][0])
    follows = not line["only"] and index + 1 < len(commits)
    return str(commits[index + 1]["hash"]) if follows else ""


def _untouched(job: str, transaction: str, lookups: list[Line], heads: Mapping[str, str]) -> str:
    """The transaction branch's head, when a listing shows that the run committed nothing."""
    for line in lookups:
        of_branch = line["fact"] == "log" and transaction and _branch(line) == transaction
        if of_branch and (line["only"] == job or line["properties"]):
            mine = [commit for commit in line["commits"] if _is_of(job, commit, line)]
            return "" if mine else heads[transaction]
    return ""


def _result(job: str, lookups: list[Line]) -> str:
    """The job's newest commit."""
    for line in reversed(lookups):
        if line["fact"] == "log":
            for commit in line["commits"]:
                if _is_of(job, commit, line):
                    return str(commit["hash"])
    return ""


def _created(job: str, lines: list[Line]) -> float:
    """When the job was created, in seconds since 1970; 0 while that is not known."""
    mine = [line for line in lines if line["fact"] == "job" and line["id"] == job]
    return max((float(line.get("created", 0.0)) for line in mine), default=0.0)


def _by_time(branch: str, created: float, lookups: list[Line]) -> str:
    """The newest commit of the branch from before a moment, where no other comes close to it."""
    for line in reversed(lookups):
        whole = line["fact"] == "log" and line["ref"] == branch and not line["only"]
        commits = line["commits"] if whole else []
        times = [float(commit.get("time", 0.0)) for commit in commits]
        if not created or not times or not all(times):
            continue
        before = [index for index, time in enumerate(times) if time <= created - _BEFORE]
        if before and not any(-_BEFORE < time - created <= _AFTER for time in times):
            return str(commits[before[0]]["hash"])
    return ""


def _searched(job: str, lookups: list[Line]) -> bool:
    branches = any(line["fact"] == "refs" and _covers(job, line) for line in lookups)
    commits = any(
        line["fact"] == "log" and line["only"] == job and not line["commits"] for line in lookups
    )
    return branches and commits


def _covers(job: str, line: Line) -> bool:
    wanted = line["filter"]
    return bool(line["whole"]) and (wanted in ("", job) or wanted in MARK or wanted in job)


def _tells_of(job: str, line: Line) -> bool:
    return line["only"] == job or any(_is_of(job, commit, line) for commit in line["commits"])


def _is_of(job: str, commit: Mapping[str, Any], line: Line) -> bool:
    return bool(line["only"] == job or commit["job"] == job)


def _branch(line: Line) -> str:
    return str(line["ref"]).partition("@")[0]
