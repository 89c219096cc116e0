"""All checks on one healing, in the order in which a reader would ask."""

from __future__ import annotations

from self_heal.grader import code, lake, words
from self_heal.grader.after import After
from self_heal.grader.result import Effort, Grade
from self_heal.stage import Stage

CHECKS = (
    lambda after: lake.unmoved("bauplan", after),
    lambda after: lake.unmoved("git", after),
    lake.branched,
    lake.rerun_green,
    lake.contract,
    code.root_cause,
    words.classification,
    words.failing_model,
    code.allowed_files,
    code.small,
    code.commits,
    code.not_weakened,
    words.valid,
    words.determinism,
    words.ended_rightly,
    lake.forbidden,
    words.proven,
)


def grade(stage: Stage, effort: Effort) -> Grade:
    """Look at what is there now; the proof is run last, since it makes branches and jobs."""
    after = After(stage)
    return Grade(stage.name, tuple(check(after) for check in CHECKS), effort)
