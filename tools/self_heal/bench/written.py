"""The reports that scripted sessions write, from the skill's templates."""

from __future__ import annotations

import difflib

from self_heal.bench.plan import Plan
from self_heal.bench.spec import Table

PENDING = "## Failure Classification\npending\n\n## Root Cause\npending\n"


def job_report(plan: Plan) -> str:
    """The job report after step 1: classification and root cause are pending."""
    truth, unpinned = plan.scenario.truth, plan.sessions.pin == "none"
    pinned = "not pinned" if unpinned else f"{plan.scenario.branch}@{{{{pin}}}}"
    name, file = truth.failing_model or "none", f"{plan.folder}/{plan.sessions.file}"
    return (
        "# Job Report: {{job}}\n\n## Metadata\n- **Job ID**: {{job}}\n- **Status**: {{status}}\n"
        f"- **Kind**: run\n- **User**: {plan.scenario.user}\n- **Created**: {{{{created}}}}\n"
        f"- **Finished**: {{{{finished}}}}\n- **Bauplan Branch**: {plan.scenario.branch}\n"
        f"- **Pinned Data Ref**: {pinned}\n\n## Error Summary\n```\n{{{{error}}}}\n```\n\n"
        f"## Failing Model\n- **Model name**: {name}\n- **File**: {file}\n"
        f"- **Line**: not available\n\n{PENDING}"
    )


def classified(plan: Plan) -> str:
    """What replaces the pending part in step 4."""
    return f"## Failure Classification\n{plan.classification}\n\n## Root Cause\n{plan.cause}\n"


def data_report(table: Table, ref: str, key: str) -> str:
    """The data report on one table; `key` begins the names of what was captured about it."""
    name = table.name if "." in table.name else f"bauplan.{table.name}"
    absent = f"not present at {ref}"
    schema, rows, sample = (f"{{{{{key}{part}}}}}" for part in ("schema", "rows", "sample"))
    parts = (absent, absent, absent) if table.absent else (_fence(schema), rows, _fence(sample))
    seen = f"\n\n{_fence(f'{{{{{key}seen}}}}')}" if table.query else ""
    return (
        f"# Data Evidence: {name}\n\n## Role in Failure\n{table.role}\n\n## Schema\n{parts[0]}\n\n"
        f"## Row Count\n{parts[1]}\n\n## Sample (20 rows)\n{parts[2]}\n\n"
        f"## Anomalies\n{table.found}{seen}\n"
    )


def _fence(text: str) -> str:
    return f"```\n{text}\n```"


def summary(plan: Plan) -> str:
    """The summary, as the session wants it to read."""
    branch = plan.scenario.branch
    return (
        "# Self-Healing Summary\n\n## Job\n"
        f"{{{{job}}}} — failed on {branch} at {{{{finished}}}}\n\n"
        f"## What broke\n{plan.sessions.broke}\n\n## Why it broke\n{plan.cause}\n\n"
        f"## What was fixed\n{_fixes(plan)}\n\n## Determinism\n{_determinism(plan)}\n\n"
        f"## Prevention\n{_prevention(plan)}\n\n## Rerun result\n{_result(plan)}\n"
    )


def _fixes(plan: Plan) -> str:
    if plan.is_blocked or not (plan.fix or plan.guard):
        return "Nothing was changed."
    if not plan.scenario.git:
        return f"Code provenance: unversioned.\n\n```diff\n{_diff(plan)}\n```"
    lines = [f"- `{{{{fix{n}}}}}` {commit.message}" for n, commit in enumerate(plan.fix, 1)]
    lines += [f"- `{{{{guard}}}}` Add data quality guard {plan.guard.name}"] if plan.guard else []
    return "\n".join(lines)


def _diff(plan: Plan) -> str:
    """What the last run was sent, against the files as they are."""
    return "\n".join(
        line
        for file, text in plan.code(prevents=True).items()
        for line in difflib.unified_diff(
            plan.files.get(file, "").splitlines(),
            text.splitlines(),
            f"a/{plan.folder}/{file}",
            f"b/{plan.folder}/{file}",
            lineterm="",
        )
    )


def _determinism(plan: Plan) -> str:
    code = "the code to the git commits above" if plan.scenario.git else "the code is unversioned"
    if plan.sessions.pin == "none":
        return (
            f"Best-effort: the data ref is not pinned; the work started from "
            f"`{plan.scenario.branch}@{{{{pin}}}}`, the Git SHA is pinned: {code}."
        )
    claim = "Deterministic" if plan.scenario.git else "Best-effort"
    return f"{claim}: the data ref is pinned to `{plan.scenario.branch}@{{{{pin}}}}`, {code}."


def _prevention(plan: Plan) -> str:
    words = [f"`{plan.guard.name}` on `{plan.guard.table}`: {plan.guard.doc}"] if plan.guard else []
    words += [plan.sessions.justify] if plan.sessions.justify else []
    return "\n".join(words) or "No expectation was added, since no code or data was changed."


def _result(plan: Plan) -> str:
    if plan.is_blocked:
        return f"Failed — blocked: {plan.sessions.blocked}"
    return (
        plan.sessions.wrong.rerun
        if plan.which == "wrong" and plan.sessions.wrong.rerun
        else "Green"
    )
