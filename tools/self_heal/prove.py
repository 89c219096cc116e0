"""Proves that a new expectation prevents the failure: red before the fix, green after it.

On branches made from the pinned ref, the expectation runs with the code before the first fix and
with HEAD, by the real `bauplan` program. What is asked of it is the outcome of the expectation's
own task, so that another failure is never taken for a red expectation.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline_guard import reports
from pipeline_guard.project import Model, expectation_changes, healing_code, sent
from pipeline_guard.project.expectation_changes import Changes
from pipeline_guard.reports import schema as schemas
from self_heal import bauplan, proof_project, remembered, unversioned
from self_heal.errors import BadInput

RED, GREEN, NOT_APPLICABLE = "red", "green", "not applicable"
PROVEN, NOT_PROVEN = "proven", "not proven"


class Healing(NamedTuple):
    """What is proven: repository, project folder in it, the job's id, its pinned ref, the code.

    `before` is the commit that the first fix was made on, `after` the one that HEAD stands on.
    Without git `before` is the code on disk, `after` the job of the last rerun, and `sent` holds
    the files that it ran in the place of those on disk.
    """

    repo: Path
    project: str
    job: str
    pinned: str
    before: str
    after: str
    sent: Mapping[str, str] | None = None


class Trial(NamedTuple):
    """One run of one expectation; `outcome` is red, green or not applicable."""

    outcome: str
    job: str
    branch: str
    reason: str = ""


class Proof(NamedTuple):
    """What is shown for one expectation on table `table`."""

    expectation: str
    table: str
    before: Trial
    after: Trial

    @property
    def verdict(self) -> str:
        """`proven`, `not proven`, or `not applicable` where the old code cannot reach it."""
        if self.after.outcome != GREEN:
            return NOT_PROVEN
        return {RED: PROVEN, GREEN: NOT_PROVEN}.get(self.before.outcome, NOT_APPLICABLE)


class Result(NamedTuple):
    """All proofs of a healing, and what became of the expectations that were there."""

    healing: Healing
    changes: Changes
    proofs: tuple[Proof, ...]

    @property
    def verdict(self) -> str:
        """Proven when one is and none is red now; the others may have nothing to catch."""
        verdicts = [proof.verdict for proof in self.proofs]
        if any(proof.after.outcome != GREEN for proof in self.proofs):
            return NOT_PROVEN
        return next((v for v in (PROVEN, NOT_APPLICABLE) if v in verdicts), NOT_PROVEN)


def find_healing(
    repo: Path, project: str, job: str = "", ref: str = "", before: str = ""
) -> Healing:
    """What the job report and git say about the healing in `repo`; arguments come first.

    Raises BadInput where one of them does not say it.
    """
    report_job, ref = _reported(repo, job, ref)
    after = _git(repo, "rev-parse", "HEAD")
    marks = (report_job[:8], ref.partition("@")[2][:8])
    before = _git(repo, "rev-parse", f"{before}^{{commit}}") if before else _start(repo, marks)
    return Healing(repo, project, report_job, ref, before, after)


def find_unversioned(folder: Path, project: str, job: str = "", ref: str = "") -> Healing:
    """The same for a project in `folder` without git, as the platform has its last rerun."""
    report_job, ref = _reported(folder, job, ref)
    rerun = unversioned.last_rerun(report_job, str(folder / project))
    if not rerun.job:
        raise BadInput("No run has written to the debug branch: send the fixed code first.")
    return Healing(folder, project, report_job, ref, "on disk", rerun.job, rerun.sent)


def prove(healing: Healing, watch: Callable[[str], None] = lambda _: None) -> Result:
    """Run every new or changed expectation of HEAD before and after; `watch` is told each run."""
    with tempfile.TemporaryDirectory(prefix="self-heal-proof-") as name:
        folder = Path(name)
        old = _check_out(healing, healing.before, folder / "old")
        new = _check_out(healing, healing.after, folder / "new")
        changes = expectation_changes.compare(str(old), str(new))
        chosen = [*changes.new, *changes.changed]
        if not chosen:
            raise BadInput(
                "There is no new expectation: write one in expectations.py and commit it (without "
                "git: send it with `code_run`)."
            )
        known = expectation_changes.expectations(str(new))
        branches = _branches(healing)
        proofs = [
            _prove_one(healing, known[expectation], folder, branches, watch)
            for expectation in chosen
        ]
    return Result(healing, changes, tuple(proofs))


def _prove_one(
    healing: Healing,
    expectation: Model,
    folder: Path,
    branches: Iterator[str],
    watch: Callable[[str], None],
) -> Proof:
    trials = []
    for side, commit in (("before", healing.before), ("after", healing.after)):
        watch(f"{expectation.name}: running with the code {side} the fix ({commit[:10]})")
        place = folder / f"{expectation.name}-{side}"
        target = _check_out(healing, commit, place)
        proof_project.add(expectation, folder / "new" / healing.project, target)
        trials.append(_try(expectation, target, next(branches)))
    tables = ", ".join(read.table for read in expectation.inputs)
    return Proof(expectation.name, tables, *trials)


def _try(expectation: Model, project: Path, branch: str) -> Trial:
    """Run the project on a branch and look at how the expectation's own task ended."""
    done = bauplan.call(
        "run", "--project-dir", str(project), "--ref", branch, *bauplan.strict(), "--output", "json"
    )
    try:
        summary = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return Trial(NOT_APPLICABLE, "", branch, _last_words(done))
    tasks = {task["name"]: task["outcome"] for task in summary.get("tasks", [])}
    outcome = tasks.get(expectation.name, "")
    colour = {"SUCCESS": GREEN, "FAILED": RED}.get(outcome, NOT_APPLICABLE)
    failed = [name for name, how in tasks.items() if how == "FAILED" and name != expectation.name]
    if failed or (colour == GREEN and summary["outcome"] != "SUCCESS"):
        colour = NOT_APPLICABLE
    reason = "" if colour == GREEN else _last_words(done)
    return Trial(colour, str(summary["job_id"]), branch, reason)


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The program's error, which may go over several lines, else its last line."""
    error = re.search(r"^Error: (.*?)(?:\s*Stack backtrace:.*)?\Z", done.stderr, re.M | re.S)
    words = error.group(1) if error else done.stderr.strip().rpartition("\n")[2]
    return " ".join(words.split()) or "the run ended without a word"


def _branches(healing: Healing) -> Iterator[str]:
    """New branches from the pinned ref, each made when it is asked for; they stay as evidence."""
    stem = f"{bauplan.username()}.debug_{(healing.job or healing.after)[:8]}_proof_"
    listed = bauplan.records("branch", "ls", "--name", stem)
    used = {str(branch["name"]) for branch in listed}
    number = 0
    while True:
        number += 1
        if (name := f"{stem}{number}") not in used:
            bauplan.answer("branch", "create", name, "--from-ref", healing.pinned)
            yield name


def _reported(repo: Path, job: str, ref: str) -> tuple[str, str]:
    """Job id and pinned ref from the job report in `debug/job/`; a `ref` that is given is it."""
    files = sorted((repo / "debug" / reports.JOB_FOLDER).glob(f"{job or '*'}.md"))
    if len(files) != 1:
        found = ", ".join(file.stem for file in files) or "none"
        raise BadInput(f"Which job was healed? debug/job/ has: {found}. Name it with --job.")
    report = reports.read_report(schemas.JOB_REPORT, str(files[0]))
    pinned = report.data.get("metadata", {}).get("pinned_ref", "") if report else ""
    if not pinned:
        raise BadInput(f"{files[0]} names no pinned ref: see `self-heal report check`.")
    if not ref and pinned == "not pinned":
        ref = remembered.of(repo, files[0].stem).working_ref
        if not ref:
            raise BadInput(
                "The job report says `not pinned`: name the ref you worked from with --ref."
            )
    return files[0].stem, (ref or str(pinned)).removeprefix("tag ")


def _start(repo: Path, marks: tuple[str, str]) -> str:
    start = healing_code.first_commit(str(repo), marks)
    if not start:
        raise BadInput("HEAD is no commit of this healing: its message lacks the job id.")
    return start


def _check_out(healing: Healing, commit: str, target: Path) -> Path:
    if healing.sent is not None:
        files = healing.sent if commit == healing.after else {}
        sent.write(str(healing.repo / healing.project), files, str(target / healing.project))
        return target / healing.project
    found = healing_code.check_out(str(healing.repo), commit, healing.project, str(target))
    if not found:
        raise BadInput(f"The commit {commit[:10]} has no project in {healing.project or '.'}.")
    return Path(found)


def _git(repo: Path, *argv: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), *argv], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BadInput(f"git {argv[0]} in {repo} failed: {done.stderr.strip()}")
    return done.stdout.strip()
