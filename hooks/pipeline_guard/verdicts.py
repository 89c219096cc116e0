"""What the guard says about a call, and why."""

from __future__ import annotations

from typing import NamedTuple

ALLOW = "allow"
ASK = "ask"
DENY = "deny"

_ORDER = {ALLOW: 0, ASK: 1, DENY: 2}


class Finding(NamedTuple):
    """One rule's objection to one effect.

    `rule` is the rulebook's key (`rulebook.RULES`); `saw` quotes what was seen; `do` is the exact
    next command or step. The reader is a model that will act on `do`.
    """

    decision: str
    rule: str
    saw: str
    do: str


class Verdict(NamedTuple):
    """The strictest of all findings; no finding is an allow, which is said by silence."""

    decision: str
    findings: tuple[Finding, ...] = ()


def strictest(findings: list[Finding]) -> Verdict:
    """Compose findings into one verdict, those that decide it first."""
    ordered = sorted(findings, key=lambda finding: -_ORDER[finding.decision])
    return Verdict(ordered[0].decision if ordered else ALLOW, tuple(ordered))
