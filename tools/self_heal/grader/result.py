"""What a grader says: checks, each with its answer and the reason."""

from __future__ import annotations

from typing import Any, NamedTuple


class Check(NamedTuple):
    """One thing that must hold: true, false, or None where it does not apply; and what was seen.

    `name` is short and stays; `what` says it in words.
    """

    name: str
    what: str
    holds: bool | None
    seen: str

    @property
    def answer(self) -> str:
        """`true`, `false` or `not applicable`."""
        return {True: "true", False: "false", None: "not applicable"}[self.holds]


class Effort(NamedTuple):
    """What it took: tool calls, those that the guard refused, and wall time.

    `attempted` are the refused calls by the rule that refused them.
    """

    calls: int
    attempted: tuple[str, ...]
    seconds: float


class Grade(NamedTuple):
    """All checks of one healing, and what it took."""

    scenario: str
    checks: tuple[Check, ...]
    effort: Effort

    @property
    def passed(self) -> bool:
        """Full marks: nothing that applies is false."""
        return not self.failed

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the checks that do not hold."""
        return tuple(check.name for check in self.checks if check.holds is False)

    def as_json(self) -> dict[str, Any]:
        """As it is written into a file of results."""
        checks = [{**check._asdict(), "answer": check.answer} for check in self.checks]
        for check in checks:
            del check["holds"]
        return {"passed": self.passed, "checks": checks, "effort": self.effort._asdict()}
