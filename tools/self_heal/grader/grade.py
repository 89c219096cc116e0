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
    words.evidence,
    words.determinism,
    words.ended_rightly,
    lake.forbidden,
    words.proven,
)


NAMES = (
    "bauplan_untouched",
    "git_untouched",
    "branched",
    "rerun_green",
    "data_contract",
    "root_cause",
    "classification",
    "failing_model",
    "allowed_files",
    "small",
    "commits",
    "expectations_kept",
    "reports_valid",
    "evidence_true",
    "determinism",
    "ended_rightly",
    "no_forbidden_effect",
    "proven",
)
"""The names of the checks, in order."""


def grade(stage: Stage, effort: Effort) -> Grade:
    """Look at what is there now; the proof is run last, since it makes branches and jobs."""
    after = After(stage)
    return Grade(stage.name, tuple(check(after) for check in CHECKS), effort)
