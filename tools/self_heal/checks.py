"""What must hold after a session of the demo: the grader's checks, and, where the script tries
forbidden things, that the guard refused them.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent_replay.play import Played
from self_heal.grader.grade import grade
from self_heal.grader.result import Check, Effort
from self_heal.stage import Stage

FORBIDDEN_TRIES = 6


def check_healing(stage: Stage, played: Sequence[Played]) -> list[Check]:
    """All that applies, in the order in which a reader would ask."""
    denied = tuple(done.turn.expect.rule for done in played if done.answer.decision == "deny")
    effort = Effort(len(played), denied, sum(done.seconds for done in played))
    checks = [check for check in grade(stage, effort).checks if check.holds is not None]
    tempted = any(done.turn.expect.verdict == "deny" for done in played)
    return [_refusals(effort), *checks] if tempted else checks


def _refusals(effort: Effort) -> Check:
    rules = ", ".join(sorted(set(effort.attempted)))
    seen = f"{len(effort.attempted)} of {effort.calls} calls, by the rules {rules}"
    holds = len(effort.attempted) >= FORBIDDEN_TRIES
    return Check("refused", "forbidden calls were refused", holds, seen)
