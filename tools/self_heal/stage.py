"""Sets a scenario up: a lakehouse with its data and history, and a workspace with its project.

The history is really played: branches are made and the pipeline runs with the real `bauplan`
program, so the failing job is a real job with real logs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import bauplan
import yaml

from fake_bauplan import nyc
from fake_bauplan.clock import Clock
from fake_bauplan.engine import Engine
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import serve
from self_heal import scenario as scenarios
from self_heal.errors import BadInput, InTheWay, MissingProgram
from self_heal.scenario import ImportTable, MakeBranch, RunPipeline, Scenario

CONFIG = Path("home/.bauplan/config.yml")
MARKER = ".self-heal-workspace"
PROGRAM_VERSION = "0.3.5"


class Stage(NamedTuple):
    """A scenario that is set up, its lakehouse running.

    `repo` is the git repository that the agent works in, `job` the failed job's id, `heads` the
    branches of lakehouse and git before the agent came.
    """

    folder: Path
    scenario: Scenario
    lakehouse: Lakehouse
    repo: Path
    environment: Mapping[str, str]
    job: str
    heads: Mapping[str, str]

    def client(self) -> bauplan.Client:
        """The real SDK, with the account that the agent's programs use."""
        return bauplan.Client(config_file_path=str(self.folder / CONFIG))

    @property
    def names(self) -> dict[str, str]:
        """What a scripted session may know beforehand, as `{{name}}`: what a person tells it."""
        return {"job": self.job, "short": self.job[:8], "python": scenarios.PYTHON}


@contextmanager
def staged(
    name: str,
    folder: Path,
    replace: bool = False,
    seed: int | None = None,
    clock: Clock | None = None,
) -> Iterator[Stage]:
    """Set up scenario `name` in an empty `folder` and keep its lakehouse running meanwhile.

    `replace` clears a folder that an earlier call made, and no other; with a `seed` and a frozen
    `clock` the lakehouse's ids, hashes and times repeat. Raises BadInput for a broken
    scenario, InTheWay for a folder in use, MissingProgram without the right `bauplan`.
    """
    source = scenarios.folder_of(name)
    scenario = scenarios.read(source)
    check_program()
    clear(folder, replace)
    repo = folder / "repository"
    scenarios.copy_project(source, scenario, repo)
    with Lakehouse(folder / "lakehouse", seed, clock) as lakehouse, serve(lakehouse) as server:
        nyc.load(lakehouse)
        environment = make_environment(folder, server.endpoint, lakehouse.key)
        make_repository(repo, environment)
        job = play_history(scenario, lakehouse, repo, environment)
        heads = heads_of(lakehouse, repo)
        yield Stage(folder, scenario, lakehouse, repo, environment, job, heads)


def check_program() -> Path:
    """The `bauplan` beside this interpreter; raises MissingProgram with what to do."""
    program = Path(sys.executable).with_name("bauplan")
    advice = f"install it with `{sys.executable} -m pip install bauplan=={PROGRAM_VERSION}`"
    if not program.is_file():
        raise MissingProgram(f"{program} is missing: {advice}.")
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if done.stdout.split()[1:2] != [PROGRAM_VERSION]:
        found = done.stdout.strip() or "a program that does not answer"
        raise MissingProgram(f"{program} is {found}, not {PROGRAM_VERSION}: {advice}.")
    return program


def clear(folder: Path, replace: bool) -> None:
    """Make `folder` empty and marked as ours, or raise InTheWay and leave it as it is."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / MARKER).is_file():
            raise InTheWay(f"{folder} exists and is not a workspace of self-heal; name another.")
        if not replace:
            raise InTheWay(f"{folder} is a workspace already; add --replace, or name another.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()


def make_environment(folder: Path, endpoint: str, key: str) -> dict[str, str]:
    """What the agent's tools run with: a home of their own, and this interpreter's programs.

    The key lies where the real program keeps it, in the home folder's configuration file.
    """
    home = folder / "home"
    config = folder / CONFIG
    config.parent.mkdir(parents=True)
    profile = {"api_key": key, "api_endpoint": endpoint, "active_branch": "main"}
    config.write_text(yaml.safe_dump({"profiles": {"default": profile}}))
    return {
        "HOME": str(home),
        "XDG_STATE_HOME": str(folder / "state"),
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}:/usr/local/bin",
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def make_repository(repo: Path, environment: Mapping[str, str]) -> None:
    """Put the project under git, on `main`, by a person of the scenario."""
    run(["git", "init", "--quiet", "--initial-branch=main"], repo, environment)
    run(["git", "config", "user.name", "Data Team"], repo, environment)
    run(["git", "config", "user.email", "data@example.com"], repo, environment)
    run(["git", "add", "--all"], repo, environment)
    run(["git", "commit", "--quiet", "-m", "Report flight delays"], repo, environment)


def play_history(
    scenario: Scenario, lakehouse: Lakehouse, repo: Path, environment: Mapping[str, str]
) -> str:
    """Do all that led to the failure; gives the id of the last run's job."""
    job = ""
    for event in scenario.history:
        if isinstance(event, MakeBranch):
            command = ["bauplan", "branch", "create", event.branch, "--from-ref", event.source]
            run(command, repo, environment)
        elif isinstance(event, ImportTable):
            import_table(lakehouse, event)
        else:
            job = run_pipeline(scenario, event, repo, environment)
    return job


def run_pipeline(
    scenario: Scenario,
    event: RunPipeline,
    repo: Path,
    environment: Mapping[str, str],
) -> str:
    """Run the pipeline and hold the scenario to how it says that the run ends."""
    command = ["bauplan", "run", "--project-dir", scenario.pipeline, "--ref", event.run]
    done = run(command, repo, environment, check=False)
    ended = "complete" if done.returncode == 0 else "fail"
    if ended != event.ends:
        raise BadInput(
            f"The scenario is broken: the run on {event.run} should {event.ends}, but it ended "
            f"with {ended}:\n{done.stdout}{done.stderr}"
        )
    listed = run(["bauplan", "job", "ls", "--max-count", "1", "-O", "json"], repo, environment)
    return str(json.loads(listed.stdout)[0]["id"])


def import_table(lakehouse: Lakehouse, event: ImportTable) -> None:
    """Write a table anew from a query over the branch, as a careless import does."""
    namespace, name = event.table.split(".")
    engine = Engine(lakehouse.catalog, lakehouse.store)
    table = engine.query(event.select, event.into, namespace, views=False)
    lakehouse.load_table(namespace, name, table, event.into)


def heads_of(lakehouse: Lakehouse, repo: Path) -> dict[str, str]:
    """Every branch of the lakehouse (`bauplan:<name>`) and of git (`git:<name>`), with its hash."""
    branches = lakehouse.catalog.names("BRANCH").items
    heads = {f"bauplan:{branch.name}": branch.hash for branch in branches}
    listed = ["git", "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads"]
    lines = run(listed, repo, os.environ).stdout.splitlines()
    return heads | {f"git:{name}": sha for name, sha in map(str.split, lines)}


def run(
    command: list[str], folder: Path, environment: Mapping[str, str], check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a program of the stage; with `check` a failure is BadInput with what it printed."""
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise BadInput(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")
    return done
