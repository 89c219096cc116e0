"""A refusal's words where the runtime cannot ask: there an `ask` would run the call, or hang."""

from __future__ import annotations

from pipeline_guard.verdicts import ASK, Verdict
from pipeline_guard.wording import reason

_CANNOT_ASK = "This runtime cannot ask: stop, and let the person run it in a terminal."


def refusal_text(verdict: Verdict) -> str:
    """The reason of a deny, or of an ask that has to become one."""
    words = reason(verdict)
    return f"{words}\n{_CANNOT_ASK}" if verdict.decision == ASK else words
