"""The end of a healing: stopping is refused while the reports are missing or not valid."""

from __future__ import annotations

import os

from pipeline_guard import reports, session
from pipeline_guard.events import Event
from pipeline_guard.session import Session
from pipeline_guard.verdicts import ALLOW, DENY, Finding, Verdict
from pipeline_guard.wording import GUARD

MOST_REFUSALS = 2
_MOST_LISTED = 12
_QUOTES = " \n\"'`*"


def judge(event: Event, current: Session) -> Verdict:
    """Let the agent stop, or refuse with the list of what is missing, at most twice in a row."""
    owed = current.facts.code_changed
    finished = owed or os.path.exists(_summary(current))
    missing = missing_reports(current) if finished else []
    refused_enough = current.facts.stop_refusals >= MOST_REFUSALS
    accepted = not (owed and missing) or refused_enough or is_blocked(current)
    valid = finished and not missing
    session.ledger_of(event).append({"fact": "stop", "accepted": accepted, "valid": valid})
    return Verdict(ALLOW) if accepted else Verdict(DENY, (_refusal(missing),))


def missing_reports(current: Session) -> list[str]:
    """What the three kinds of reports lack, one sentence each; none when all are valid."""
    facts, workspace = current.facts, current.workspace
    known = reports.Known(
        facts.logs,
        workspace.repo,
        facts.tags,
        facts.job,
        frozenset(facts.tables),
        workspace.project,
        sent=facts.runs[-1].sent if facts.runs else {},
    )
    return [str(problem) for problem in reports.check_all(workspace.debug, known=known)]


def is_blocked(current: Session) -> bool:
    """Whether the summary's rerun result is `Failed — blocked: <reason>`."""
    try:
        with open(_summary(current), encoding="utf-8", errors="replace") as file:
            _, _, section = file.read().partition("\n## Rerun result")
    except OSError:
        return False
    words = section.partition("\n## ")[0].strip(_QUOTES).replace("–", "—").replace("-", "—")
    verdict, _, reason = words.partition("blocked:")
    reason = reason.strip(_QUOTES)
    return verdict.strip() == "Failed —" and bool(reason) and not reason.startswith("<")


def _summary(current: Session) -> str:
    return os.path.join(current.workspace.debug, reports.SUMMARY_FILE)


def _refusal(missing: list[str]) -> Finding:
    listed = missing[:_MOST_LISTED]
    if len(missing) > len(listed):
        listed.append(f"and {len(missing) - len(listed)} more")
    saw = "the code was changed and the reports are not complete:\n- " + "\n- ".join(listed)
    do = (
        "Complete them, then stop. If the healing cannot go on, write `Failed — blocked: <reason>` "
        "under `## Rerun result` in debug/summary.md."
    )
    return Finding(DENY, GUARD, f"{saw}\n", do)
