"""The claim on a failed job: its debug branch, made from the pinned ref.

The platform makes a branch once, whoever asks at the same moment, so no lock of ours is needed,
on as many machines as one likes. The look-ups that pin the job and the branch's creation go through
the guard as an agent's do: what they show is in the healing's ledger before the agent starts.
"""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any, NamedTuple

from agent_replay.tools import Outcome as Result
from healer import environment, journal
from healer.inprocess import Guard
from healer.toolbox import Toolbox
from pipeline_guard.events import ToolCall
from pipeline_guard.facts import pins
from pipeline_guard.ledger import Facts
from pipeline_guard.verdicts import ALLOW
from pipeline_guard.wording import reason

MARK = ".debug_"
"""What the name of a debug branch has behind the user's."""
PROOF = "_proof_"


class Claim(NamedTuple):
    """A job that is ours to heal, or why it is not; `branch` is empty then.

    `final` says that another attempt would end the same.
    """

    job: str
    branch: str = ""
    pinned: str = ""
    why: str = ""
    final: bool = False


class _Refused(Exception):
    """A step of the claim did not succeed; the message says which and why."""

    final = False


class _NotToHeal(_Refused):
    """Nothing that a watcher heals, now or later."""

    final = True


def branch_name(user: str, job: str) -> str:
    """The branch that stands for the claim on a job."""
    return f"{user}{MARK}{job}"


def is_of_healing(branch: str) -> bool:
    """Whether a run on this branch is part of a healing: its failure is not healed in turn."""
    return MARK in branch or PROOF in branch


def claim(user: str, job: str, session: str, folder: Path) -> Claim:
    """Pin the job and make its debug branch, in the ledger of `session`, which works in `folder`.

    Exactly one of all who try at once has the claim; `why` tells the others.
    """
    desk = _Desk(session, folder)
    try:
        facts = _pinned(desk, job)
        branch = branch_name(user, job)
        desk.run("bauplan", "branch", "create", branch, "--from-ref", facts.working_ref)
    except _Refused as refused:
        return Claim(job, why=str(refused), final=refused.final)
    return Claim(job, branch, facts.working_ref)


def note(found: Claim) -> str:
    """What the agent is told of the steps that are done."""
    return (
        f"Already done, and in the ledger: the job was looked up and pinned at `{found.pinned}`, "
        f"and the Bauplan debug branch `{found.branch}` was made from it. Use that branch, make no "
        f"other; go on with `bauplan checkout {found.branch}` and the rest of the steps."
    )


def _pinned(desk: _Desk, job: str) -> Facts:
    desk.run("bauplan", "job", "get", job)
    desk.run("bauplan", "job", "logs", job)
    listed = desk.run("bauplan", "branch", "ls", "--all-zones", "--name", job, "-O", "json")
    for row in _rows(listed.text):
        name = str(row.get("name", ""))
        if pins.is_transaction_branch(name) and name.endswith(job):
            wanted = f"bpln_job_id={job}"
            desk.run("bauplan", "commit", name, "--property", wanted, "-O", "json")
    facts = desk.facts()
    if is_of_healing(facts.source_branch):
        raise _NotToHeal(f"it ran on {facts.source_branch}, within a healing")
    if facts.job != job or not facts.pinned:
        raise _NotToHeal("the data state that it failed on cannot be pinned: a person has to look")
    return facts


class _Desk:
    """Runs the steps of a claim as the agent's tools are run."""

    def __init__(self, session: str, folder: Path) -> None:
        self._guard = Guard(session, folder, journal.folder_of(session) / journal.FILE)
        self._tools = Toolbox(folder, environment.minimal(os.environ))

    def run(self, *words: str) -> Result:
        """One command, judged before and learned from after; raises `_Refused`."""
        command = shlex.join(words)
        call = ToolCall("Bash", {"command": command})
        verdict = self._guard.before(call)
        if verdict.decision != ALLOW:
            raise _Refused(f"`{command}` is refused: {reason(verdict)}")
        result = self._tools.run("Bash", call.arguments)
        self._guard.after(call, result, result.ok)
        if not result.ok:
            raise _Refused(f"`{command}` failed: {' '.join(result.text.split())[-300:]}")
        return result

    def facts(self) -> Facts:
        """What the ledger knows by now."""
        return self._guard.state().facts


def _rows(text: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(text)
    except ValueError:
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
