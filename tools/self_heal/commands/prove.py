"""`self-heal prove`: shows that the new expectation would have stopped the failure."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from pipeline_guard import workspace
from self_heal import prove as proving
from self_heal.errors import BadInput, CheckFailed
from self_heal.prove import Proof, Result, Trial


@click.command(epilog="Example: self-heal prove. Exit code 1: not proven, 4: nothing to prove")
@click.option("--job", default="", help="Job that was healed [default: the one with a report].")
@click.option("--ref", default="", help="Pinned ref [default: the job report's].")
@click.option(
    "--before", default="", help="Commit before the first fix [default: found by job id]."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def prove(job: str, ref: str, before: str, as_json: bool) -> None:
    """Run the new expectation on branches made from the pinned ref.

    It must be red with the code before the first fix and green with HEAD; without git red with the
    code on disk and green with that of the last rerun. Where the old code
    cannot reach it, the answer is `not applicable`, with the reason. Existing expectations that
    were changed or deleted since are named: the summary has to justify each.
    """
    found = workspace.find(str(Path.cwd()))
    if not found.project:
        raise BadInput("There is no bauplan project here: run this in the project's folder.")
    top = found.repo or str(Path(found.debug).parent)
    folder = os.path.relpath(found.project, top)
    place = "" if folder == "." else folder
    if found.repo:
        healing = proving.find_healing(Path(top), place, job, ref, before)
    elif before:
        raise BadInput("There is no git repository here, so no commit: leave --before out.")
    else:
        healing = proving.find_unversioned(Path(top), place, job, ref)
    result = proving.prove(healing, lambda line: click.echo(line, err=True))
    click.echo(json.dumps(_as_json(result), indent=2) if as_json else _told(result))
    if result.verdict == proving.NOT_PROVEN:
        raise CheckFailed("No new expectation is shown to prevent the failure.")


def _as_json(result: Result) -> dict[str, object]:
    return {
        "verdict": result.verdict,
        "job": result.healing.job,
        "pinned": result.healing.pinned,
        "before": result.healing.before,
        "after": result.healing.after,
        "expectations": [
            {
                "name": proof.expectation,
                "table": proof.table,
                "verdict": proof.verdict,
                "before": proof.before._asdict(),
                "after": proof.after._asdict(),
            }
            for proof in result.proofs
        ],
        "changed": list(result.changes.changed),
        "deleted": list(result.changes.deleted),
    }


def _told(result: Result) -> str:
    lines = [f"{result.verdict}: from {result.healing.pinned}"]
    for proof in result.proofs:
        lines += _told_proof(proof, result)
    for what in ("changed", "deleted"):
        for name in getattr(result.changes, what):
            lines.append(f"{what}: {name} was there before; justify this in the summary")
    return "\n".join(lines)


def _told_proof(proof: Proof, result: Result) -> list[str]:
    sides = (
        ("before", proof.before, result.healing.before),
        ("after", proof.after, result.healing.after),
    )
    return [
        f"{proof.expectation} on {proof.table}: {proof.verdict}",
        *(
            f"  {side} the fix ({commit[:10]}): {_told_trial(trial)}"
            for side, trial, commit in sides
        ),
    ]


def _told_trial(trial: Trial) -> str:
    job = f", job {trial.job}" if trial.job else ""
    return f"{trial.outcome}{job}" + (f": {trial.reason}" if trial.reason else "")
