"""What rule 6 proposes is judged before it is proposed."""

from __future__ import annotations

import shlex

from pipeline_guard import decide
from pipeline_guard.context import Context
from pipeline_guard.effects import RunBauplan
from pipeline_guard.verdicts import DENY, Finding


def passable(found: list[Finding], effect: RunBauplan, context: Context) -> list[Finding]:
    """The findings, with the proposed line replaced by what the other rules say about it.

    A line with a `<placeholder>` cannot be judged yet and stays.
    """
    answer: list[Finding] = []
    for finding in found:
        line = finding.do.strip("`")
        if finding.rule != "known_flags" or "<" in line or line.endswith("--help"):
            answer.append(finding)
            continue
        better = effect._replace(argv=tuple(shlex.split(line)[1:]))
        objections = [f for f in decide.judged(better, context) if f.decision == DENY]
        if objections and better.argv != effect.argv:
            help_line = " ".join(["bauplan", *context.bauplan(better).command, "--help"])
            answer.append(finding._replace(do=f"`{help_line}`"))
            answer += [f for f in objections if f not in found]
        else:
            answer.append(finding)
    return list(dict.fromkeys(answer))
