"""From the ledger's lines to the facts the rules read."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pipeline_guard import pins
from pipeline_guard.ledger import Facts, Line, Run
from pipeline_guard.pins import Pin
from pipeline_guard.workspace import Workspace

_FAILED = ("fail", "failed", "abort", "aborted")


def fold(lines: list[Line], workspace: Workspace) -> Facts:
    """All facts of one session."""
    job = _job(lines)
    pin = pins.find(job, lines) if job else Pin()
    pinned = f"{pin.branch}@{pin.hash}" if pin.branch and pin.hash else ""
    unpinnable = not pinned and pin.searched and _says_not_pinned(job, workspace)
    head = f"{pin.branch}@{pin.head}" if unpinnable and pin.branch and pin.head else ""
    working = pinned or head
    branch = _debug_branch(working, lines)
    commits = tuple(line["hash"] for line in _each(lines, "commit"))
    changed = any(True for _ in _each(lines, "edit"))
    return Facts(
        job=job,
        job_status=_status(job, lines),
        jobs_got=frozenset(line["id"] for line in _each(lines, "job")),
        jobs_logged=frozenset(line["job"] for line in _each(lines, "logs")),
        failing_model=_last(lines, "logs", "model", "job", job),
        hashes=_union(lines, "hashes"),
        tags=_union(lines, "tags"),
        pinned=pinned,
        unpinnable=unpinnable,
        working_ref=working,
        source_branch=pin.branch,
        bauplan_branch=branch,
        git_branch=_last(lines, "git-branch", "name"),
        missing_tables=_missing(working, lines),
        tables=_tables(working, lines),
        snapshot_done=bool(commits) or changed,
        code_changed=changed,
        commits=commits,
        runs=_runs(branch, lines),
        prompts=tuple(line["text"] for line in _each(lines, "prompt")),
        stop_refusals=_refusals(lines),
        logs=_logs(lines),
    )


def _each(lines: list[Line], fact: str) -> Iterator[Line]:
    return (line for line in lines if line["fact"] == fact)


def _union(lines: list[Line], fact: str) -> frozenset[str]:
    return frozenset(value for line in _each(lines, fact) for value in line["values"])


def _last(lines: list[Line], fact: str, key: str, where: str = "", value: str = "") -> str:
    found = [line[key] for line in _each(lines, fact) if not where or line[where] == value]
    return str(found[-1]) if found else ""


def _status(job: str, lines: list[Line]) -> str:
    return _last(lines, "job", "status", "id", job)


def _job(lines: list[Line]) -> str:
    """The failed run that is healed: the last one looked into before the debug branch was made.

    One the person named comes before others (and need not have failed: its result may be wrong),
    one whose logs were read before one that was only looked up; a job this session started itself
    is never the one, nor is a query or an import, which an agent can make fail at will.
    """
    before = _until(lines, "edit")
    own = {line["job"] for line in _each(lines, "run")}
    logged = {line["job"] for line in _each(before, "logs")}
    words = " ".join(line["text"] for line in _each(lines, "prompt"))
    failed = [
        line["id"]
        for line in _each(before, "job")
        if _is_run(line) and (line["status"].lower() in _FAILED or line["id"] in words)
    ]
    ranked = sorted(
        (job for job in failed if job not in own),
        key=lambda job: (job in words, job in logged),
    )
    return str(ranked[-1]) if ranked else ""


def _is_run(line: Line) -> bool:
    kind = str(line.get("kind", "")).casefold()
    return not any(other in kind for other in ("query", "import", "plan", "table"))


def _until(lines: list[Line], fact: str) -> list[Line]:
    for index, line in enumerate(lines):
        if line["fact"] == fact:
            return lines[:index]
    return lines


def _debug_branch(working: str, lines: list[Line]) -> str:
    """The last branch made from the working ref; a branch from anything else is none."""
    wanted = working.partition("@")[2]
    made = [
        line["name"]
        for line in _each(lines, "branch")
        if wanted and str(line["from"]).partition("@")[2] == wanted
    ]
    return str(made[-1]) if made else ""


def _tables(working: str, lines: list[Line]) -> dict[str, str]:
    """Each inspected table's ref: the working ref before any other, else the last one."""
    found: dict[str, str] = {}
    wanted = working.partition("@")[2]
    for line in _each(lines, "table"):
        if not wanted or found.get(line["name"], "").partition("@")[2] != wanted:
            found[line["name"]] = line["ref"]
    return found


def _missing(working: str, lines: list[Line]) -> frozenset[str]:
    """The tables that the latest listings at the working ref were asked for and lack."""
    missing: set[str] = set()
    for line in _each(lines, "listing"):
        if working and str(line["ref"]).partition("@")[2] == working.partition("@")[2]:
            missing |= set(line["missing"])
            missing -= set(line["names"])
    return frozenset(missing)


def _runs(branch: str, lines: list[Line]) -> tuple[Run, ...]:
    complete = {line["id"] for line in _each(lines, "job") if line["status"] == "Complete"}
    return tuple(
        Run(line["job"], line["ref"], line["head"], _is_green(line, branch, complete))
        for line in _each(lines, "run")
    )


def _is_green(line: Line, branch: str, complete: set[str]) -> bool:
    whole = bool(line["full"] and line["clean"] and line["head"])
    return whole and line["ref"] == branch != "" and line["job"] in complete


def _logs(lines: list[Line]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        if line["fact"] in ("job", "logs"):
            job = line["id"] if line["fact"] == "job" else line["job"]
            found[job] = found.get(job, "") + line["text"] + "\n"
    return found


def _refusals(lines: list[Line]) -> int:
    """How many stops in a row were refused."""
    count = 0
    for line in lines:
        if line["fact"] == "stop":
            count = 0 if line["accepted"] else count + 1
        elif line["fact"] == "prompt":
            count = 0
    return count


def _says_not_pinned(job: str, workspace: Workspace) -> bool:
    """Whether the job report's line about the pinned ref says that there is none."""
    path = os.path.join(workspace.debug, "job", f"{job}.md")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().lower().splitlines()
    except OSError:
        return False
    return any("pinned data ref" in line and "not pinned" in line for line in lines)
