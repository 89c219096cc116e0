"""From the ledger's lines to the facts the rules read."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pipeline_guard.facts import pins
from pipeline_guard.facts.pins import Pin
from pipeline_guard.ledger import Facts, Line, Run
from pipeline_guard.workspace import Workspace

_FAILED = ("fail", "failed", "abort", "aborted")


def fold(lines: list[Line], workspace: Workspace) -> Facts:
    """All facts of one session."""
    job = _job(lines, workspace)
    pin = pins.find(job, lines) if job else Pin()
    given_up = not pin.hash and _says_not_pinned(job, workspace)
    pinned = _ref(pin.branch, pin.hash or ("" if given_up else pin.by_time))
    unpinnable = pin.searched and given_up
    working = pinned or (_ref(pin.branch, pin.head) if unpinnable else "")
    branch = _debug_branch(working, lines)
    commits = tuple(line["hash"] for line in _each(lines, "commit"))
    edited = any(True for _ in _each(lines, "edit"))
    runs = _runs(branch, lines, bool(workspace.repo))
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
        tables=_tables((working, pin.result), lines),
        result=_ref(pin.branch, pin.result),
        snapshot_done=bool(commits) or edited,
        code_changed=edited or any(run.sent for run in runs),
        commits=commits,
        runs=runs,
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


def _job(lines: list[Line], workspace: Workspace) -> str:
    """The run that is healed: the last one looked into before the first edit.

    One the person named, in full or by its first 8 characters, comes before others, then one that
    the agent reports on, then one that failed, then one whose logs were read: a complete run is
    healed where its results are wrong. A job this session started itself is never the one, nor is
    a query or an import, which an agent can make fail at will.
    """
    before = _until(lines, "edit")
    own = {line["job"] for line in _each(lines, "run")}
    logged = {line["job"] for line in _each(before, "logs")}
    words = " ".join(line["text"] for line in _each(lines, "prompt"))

    def rank(line: Line) -> tuple[bool, ...]:
        job = line["id"]
        return job[:8] in words, _is_reported(job, workspace), _has_failed(line), job in logged

    runs = [line for line in _each(before, "job") if _is_run(line) and line["id"] not in own]
    ranked = sorted((line for line in runs if any(rank(line))), key=rank)
    return str(ranked[-1]["id"]) if ranked else ""


def _has_failed(line: Line) -> bool:
    return line["status"].lower() in _FAILED


def _is_reported(job: str, workspace: Workspace) -> bool:
    return os.path.isfile(os.path.join(workspace.debug, "job", f"{job}.md"))


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


def _tables(states: tuple[str, str], lines: list[Line]) -> dict[str, str]:
    """Each inspected table's ref: the working ref or the job's result before any other."""
    found: dict[str, str] = {}
    wanted = {state.rpartition("@")[2] for state in states if state}
    for line in _each(lines, "table"):
        if found.get(line["name"], "").partition("@")[2] not in wanted:
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


def _runs(branch: str, lines: list[Line], versioned: bool) -> tuple[Run, ...]:
    complete = {line["id"] for line in _each(lines, "job") if line["status"] == "Complete"}
    found = []
    for line in _each(lines, "run"):
        of_head = bool(line["clean"] and line["head"])
        green = line["ref"] == branch != "" and line["job"] in complete and line["full"]
        ended_well = bool(green and (of_head or not versioned))
        found.append(Run(line["job"], line["ref"], line["head"], ended_well, line.get("sent", {})))
    return tuple(found)


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


def _ref(branch: str, commit: str) -> str:
    return f"{branch}@{commit}" if branch and commit else ""


def _says_not_pinned(job: str, workspace: Workspace) -> bool:
    """Whether the job report's line about the pinned ref says that there is none."""
    path = os.path.join(workspace.debug, "job", f"{job}.md")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().lower().splitlines()
    except OSError:
        return False
    return any("pinned data ref" in line and "not pinned" in line for line in lines)
