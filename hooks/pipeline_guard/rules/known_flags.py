"""Rule 6: every `bauplan` call is one that the installed version takes."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_guard import suggest
from pipeline_guard.context import Context
from pipeline_guard.effects import Effect, RunBauplan
from pipeline_guard.verdicts import DENY, Finding

NUMBER = 6
HANDLES = (RunBauplan,)


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """What the installed version's own parser would refuse."""
    if not isinstance(effect, RunBauplan):
        return
    for problem in context.bauplan(effect).problems:
        saw = f"`{problem.saw}`: {problem.why}" if problem.saw else problem.why
        yield Finding(DENY, "known_flags", saw, _filled(problem.instead, context))


def _filled(line: str, context: Context) -> str:
    """The corrected line, with the session's own values where the parser could not know them."""
    known = {
        "<pinned ref>": suggest.pinned(context),
        "<JOB_ID>": suggest.job(context),
        "<job id>": suggest.job(context),
    }
    for placeholder, value in known.items():
        line = line.replace(placeholder, value)
    return f"`{line}`"
