"""Plays a scenario's history: branches, runs, imports, commits and faults, all for real."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fake_bauplan import faults
from fake_bauplan.engine import Engine
from fake_bauplan.lakehouse import Lakehouse
from self_heal import programs
from self_heal import scenario as scenarios
from self_heal.errors import BadInput
from self_heal.scenario import (
    CommitFiles,
    Event,
    ImportTable,
    InjectFault,
    LeaveDirty,
    LoseTransaction,
    MakeBranch,
    RunPipeline,
    Scenario,
)

BETWEEN = 3600.0
"""Seconds between two events: what was there before a job is told by time."""


class Site(NamedTuple):
    """Where a history plays: the scenario with its folder, the lakehouse, the workspace."""

    source: Path
    scenario: Scenario
    lakehouse: Lakehouse
    repo: Path
    environment: Mapping[str, str]


def load_data(site: Site) -> None:
    """Put the scenario's own tables on `main`, each made by its query."""
    data = site.scenario.data
    for name, select in data.items() if isinstance(data, dict) else ():
        _write(site, name, select, "main")


def play(site: Site) -> str:
    """Do all that led to the failure, an event every hour; gives the id of the last run's job."""
    job = ""
    for event in site.scenario.history:
        site.lakehouse.clock.advance(BETWEEN)
        job = _happen(site, event) or job
    site.lakehouse.faults.clear()
    return job


def _happen(site: Site, event: Event) -> str:
    """One event; gives the job's id where it is a run."""
    if isinstance(event, RunPipeline):
        return _run_pipeline(site, event)
    if isinstance(event, MakeBranch):
        _run(site, "bauplan", "branch", "create", event.branch, "--from-ref", event.source)
    elif isinstance(event, ImportTable):
        _write(site, event.table, event.select, event.into)
    elif isinstance(event, (CommitFiles, LeaveDirty)):
        _change(site, event)
    elif isinstance(event, InjectFault):
        site.lakehouse.faults.add(faults.parse(event.fault))
    elif isinstance(event, LoseTransaction):
        _lose_transactions(site.lakehouse)
    return ""


def _write(site: Site, full_name: str, select: str, branch: str) -> None:
    """Write a table anew from a query over the branch, as a careless import does."""
    namespace, name = full_name.split(".")
    engine = Engine(site.lakehouse.catalog, site.lakehouse.store)
    table = engine.query(select, branch, namespace, views=False)
    site.lakehouse.load_table(namespace, name, table, branch)


def _change(site: Site, event: CommitFiles | LeaveDirty) -> None:
    folder = event.changed if isinstance(event, CommitFiles) else event.dirty
    if not (site.source / folder).is_dir():
        raise BadInput(f"{site.source / folder} is missing: the history names it.")
    scenarios.copy_files(site.source / folder, site.repo)
    if isinstance(event, CommitFiles) and site.scenario.git:
        _run(site, "git", "add", "--all")
        _run(site, "git", "commit", "--quiet", "-m", event.commit)


def _lose_transactions(lakehouse: Lakehouse) -> None:
    for branch in lakehouse.catalog.names("BRANCH").items:
        if "-bpln-tx-" in branch.name:
            lakehouse.catalog.delete_branch(branch.name)


def _run_pipeline(site: Site, event: RunPipeline) -> str:
    """Run the pipeline and hold the scenario to how it says that the run ends."""
    command = ("bauplan", "run", "--project-dir", site.scenario.pipeline, "--ref", event.run)
    done = _run(site, *command, check=False)
    ended = "complete" if done.returncode == 0 else "fail"
    if ended != event.ends:
        raise BadInput(
            f"The scenario is broken: the run on {event.run} should {event.ends}, but it ended "
            f"with {ended}:\n{done.stdout}{done.stderr}"
        )
    listed = _run(site, "bauplan", "job", "ls", "--max-count", "1", "-O", "json")
    return str(json.loads(listed.stdout)[0]["id"])


def _run(site: Site, *command: str, check: bool = True) -> programs.Done:
    return programs.run(list(command), site.repo, site.environment, check)
