"""What `self-heal guard status` and `log` show: whether the guard is on, and the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline_guard import arming, policy, recent, workspace
from pipeline_guard import session as sessions
from pipeline_guard.ledger import Facts, LedgerError, Line
from pipeline_guard.policy import PolicyError
from self_heal import presence, situation

_SHOWN = (
    "job",
    "job_status",
    "failing_model",
    "pinned",
    "unpinnable",
    "working_ref",
    "source_branch",
    "bauplan_branch",
    "git_branch",
    "snapshot_done",
    "code_changed",
)


def of(folder: Path) -> dict[str, Any]:
    """The state of healing in a folder's repository.

    `sees_calls` is None outside an agent; inside one it says whether the guard has just seen
    this very call before it ran: where hooks are absent it has not.
    """
    place = workspace.find(str(folder))
    found: dict[str, Any] = {"repository": place.repo or place.start, "problems": []}
    session, lines = _session(place, found["problems"])
    found["on"] = arming.is_on(_session_id(lines), place.repo or place.start)
    found["session"] = session
    found["agent"] = presence.agent()
    found["sees_calls"] = presence.saw_this_call() if found["agent"] else None
    try:
        found["policy_notes"] = list(policy.load(place.repo).notes)
    except PolicyError as error:
        found["problems"].append(str(error))
    found["situation"] = situation.of(place) if found["on"] else {}
    found["ledger"] = _shown(sessions.facts_of(lines, str(folder))[1])
    return found


def text(found: Mapping[str, Any]) -> str:
    """The same for a person."""
    lines = [f"Healing is {'on' if found['on'] else 'off'} in {found['repository']}."]
    if found["sees_calls"] is False:
        lines.append(presence.advice(found["agent"]))
    lines += [f"  {name}: {said}" for name, said in found["situation"].items()]
    lines += [*found["problems"], *found.get("policy_notes", ())]
    if found["session"]:
        lines.append(f"Session {found['session']}:")
        lines += [f"  {name.replace('_', ' ')}: {_said(v)}" for name, v in found["ledger"].items()]
    return "\n".join(lines)


def logged(entry: Mapping[str, Any]) -> str:
    """One decision as a line (and one more for each finding)."""
    arguments = entry.get("arguments") or {}
    what = arguments.get("command") or arguments.get("file_path") or entry.get("event", "")
    head = f"{entry.get('at')} {entry.get('decision', ''):5} {entry.get('tool', '')}: {what}"
    findings = [f"    {rule}: {saw} {do}" for rule, saw, do in entry.get("findings", ())]
    return "\n".join([head, *findings])


def _session(place: workspace.Workspace, problems: list[str]) -> tuple[str, list[Line]]:
    key = recent.latest(place, presence.session_id())
    try:
        return key, recent.lines_of(key)
    except LedgerError as error:
        problems.append(str(error))
        return key, []


def _session_id(lines: list[Line]) -> str:
    return str(lines[0].get("session", "")) if lines else ""


def _shown(facts: Facts) -> dict[str, Any]:
    found = {name: getattr(facts, name) for name in _SHOWN}
    found["tables"] = dict(facts.tables)
    found["commits"] = list(facts.commits)
    found["runs"] = [{**run._asdict(), "sent": sorted(run.sent)} for run in facts.runs]
    return found


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} ({ref})" for name, ref in value.items()) or "none"
    if isinstance(value, list):
        return (
            ", ".join(_run(part) if isinstance(part, Mapping) else part for part in value) or "none"
        )
    return str(value) or "not known"


def _run(run: Mapping[str, Any]) -> str:
    return f"{run['job']} on {run['ref']} {'green' if run['green'] else 'not green'}"
