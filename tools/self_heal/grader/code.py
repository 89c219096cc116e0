"""Checks on the code: what was changed, how much, where, and that it was committed properly."""

from __future__ import annotations

import ast
import difflib
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipeline_guard.project import expectation_changes
from pipeline_guard.project.expectation_changes import Changes
from self_heal.grader.after import After
from self_heal.grader.reference import reference_code
from self_heal.grader.result import Check

FREE_LINES = 6
"""So many changed lines more than the reference's doubled are no refactoring yet."""


def allowed_files(after: After) -> Check:
    """Only files that the truth names were changed."""
    changed = _changed(after)
    folder = after.stage.scenario.pipeline
    strange = [f for f in changed if f"{folder}/{f}" not in after.truth.allowed_files]
    seen = f"changed: {', '.join(changed) or 'nothing'}"
    if strange:
        seen += f"; not allowed: {', '.join(strange)}"
    return Check("allowed_files", "only what may change was changed", not strange, seen)


def small(after: After) -> Check:
    """Not many more lines than the reference changes."""
    what = "the change is no larger than the fault needs"
    lines = _lines(after.before_code, after.after_code)
    wanted = _lines(after.before_code, reference_code(after.before_code, after.truth))
    limit = 2 * wanted + FREE_LINES if wanted else 0
    return Check("small", what, lines <= limit, f"{lines} lines, the reference {wanted}")


def root_cause(after: After) -> Check:
    """The guilty model was changed, and the job report names what is guilty."""
    what = "the fix is at the root cause, and the report names it"
    text = str(after.job_report.data.get("root_cause", "")) if after.job_report else ""
    unnamed = [name for name in after.truth.names if name.lower() not in text.lower()]
    if after.job_report is None:
        return Check("root_cause", what, False, "there is no job report")
    if unnamed:
        return Check("root_cause", what, False, f"the report does not name {', '.join(unnamed)}")
    guilty = after.truth.root_cause
    if not guilty or after.truth.outcome != "healed":
        return Check("root_cause", what, True, "named; no code is guilty")
    changed = changed_models(after.before_code, after.after_code)
    seen = f"changed: {', '.join(changed) or 'no model'}; guilty: {guilty}"
    return Check("root_cause", what, guilty in changed, seen)


def commits(after: After) -> Check:
    """Every change is committed on a debug branch, and each commit names the job."""
    what = "every change is committed on a debug branch with the job's id"
    if not after.stage.scenario.git:
        same = after.before_code == after.disk_code
        return Check("commits", what, None if same else False, "there is no git repository")
    faults = list(_commit_faults(after))
    count = len(_own_commits(after))
    seen = "; ".join(faults) or f"{count} commits, each with {after.stage.job[:8]}"
    return Check("commits", what, not faults, seen)


def not_weakened(after: After) -> Check:
    """No expectation that was there is another or gone, but for the one that is itself wrong."""
    what = "no existing expectation is weaker or gone"
    changes = _expectations(after)
    wrong = after.truth.wrong_expectation
    touched = [name for name in changes.changed if name != wrong] + list(changes.deleted)
    seen = f"touched: {', '.join(touched)}" if touched else "all are as they were"
    if wrong and wrong in changes.changed and not touched:
        seen = f"only {wrong}, which is itself wrong"
    return Check("expectations_kept", what, not touched, seen)


def changed_models(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The models and expectations whose own source is another now."""
    old, new = _sources(before), _sources(after)
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _changed(after: After) -> list[str]:
    old, new = after.before_code, after.after_code
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _lines(before: Mapping[str, str], after: Mapping[str, str]) -> int:
    """How many lines were added or taken out, over all files."""
    count = 0
    for name in before.keys() | after.keys():
        old, new = before.get(name, "").splitlines(), after.get(name, "").splitlines()
        diff = difflib.unified_diff(old, new, n=0, lineterm="")
        count += sum(line[:1] in "+-" and line[:3] not in ("+++", "---") for line in diff)
    return count


def _sources(files: Mapping[str, str]) -> dict[str, str]:
    """Each function and each SQL file by its name; a function without its docstring's words."""
    found = {}
    for name, text in files.items():
        if name.endswith(".sql"):
            found[Path(name).stem] = " ".join(text.split())
        elif name.endswith(".py"):
            for node in ast.parse(text).body:
                if isinstance(node, ast.FunctionDef):
                    found[node.name] = ast.dump(node)
    return found


def _commit_faults(after: After) -> list[str]:
    faults = []
    head = after.git("rev-parse", "--abbrev-ref", "HEAD").strip()
    own = _own_commits(after)
    if own and not head.startswith("debug/"):
        faults.append(f"HEAD is {head}")
    if after.git("merge-base", after.stage.start, "HEAD").strip() != after.stage.start:
        faults.append("history was rewritten")
    short = after.stage.job[:8]
    faults += [f"{sha[:8]} does not name the job" for sha, words in own if short not in words]
    if after.truth.outcome != "blocked":
        dirty = after.git("status", "--porcelain", "--", after.stage.scenario.pipeline)
        faults += [f"uncommitted: {dirty.split()[1]}"] if dirty.strip() else []
    return faults


def _own_commits(after: After) -> list[tuple[str, str]]:
    listed = after.git("log", "--format=%H%x00%B%x1e", f"{after.stage.start}..HEAD")
    entries = [entry.strip().split("\x00") for entry in listed.split("\x1e") if entry.strip()]
    return [(sha, words) for sha, words in entries]


def _expectations(after: After) -> Changes:
    with tempfile.TemporaryDirectory(prefix="self-heal-grade-") as name:
        folders = [Path(name) / "before", Path(name) / "after"]
        for folder, files in zip(folders, (after.before_code, after.after_code), strict=True):
            for file, text in files.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_text(text)
        return expectation_changes.compare(str(folders[0]), str(folders[1]))
