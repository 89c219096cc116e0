"""Sets a scenario up: a lakehouse with its data and history, and a workspace with its project.

The history is really played: branches are made and the pipeline runs with the real `bauplan`
program, so the failing job is a real job with real logs.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import bauplan
import yaml

from fake_bauplan import nyc
from fake_bauplan.clock import Clock
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import serve
from self_heal import history
from self_heal import scenario as scenarios
from self_heal.errors import InTheWay
from self_heal.programs import check_program, run
from self_heal.scenario import Scenario

CONFIG = Path("home/.bauplan/config.yml")
MARKER = ".self-heal-workspace"

__all__ = ["Stage", "check_program", "clear", "files_of", "heads_of", "run", "staged"]


class Stage(NamedTuple):
    """A scenario that is set up, its lakehouse running.

    `repo` is the folder that the agent works in, `job` the job to heal, `heads` the branches and
    tags of lakehouse and git before the agent came, `files` every file of `repo` and of the home
    folder with its content, `start` git's HEAD (`""` without a repository).
    """

    folder: Path
    name: str
    scenario: Scenario
    lakehouse: Lakehouse
    repo: Path
    environment: Mapping[str, str]
    job: str
    heads: Mapping[str, str]
    files: Mapping[str, bytes]
    start: str

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
    clock = clock or Clock(late=history.BETWEEN * len(scenario.history))
    with Lakehouse(folder / "lakehouse", seed, clock) as lakehouse, serve(lakehouse) as server:
        if scenario.data == "nyc":
            nyc.load(lakehouse)
        environment = make_environment(folder, server.endpoint, lakehouse.key)
        site = history.Site(source, scenario, lakehouse, repo, environment)
        history.load_data(site)
        if scenario.git:
            make_repository(repo, environment, "The pipeline")
        job = history.play(site)
        yield _observed(
            Stage(folder, name, scenario, lakehouse, repo, environment, job, {}, {}, "")
        )


def _observed(stage: Stage) -> Stage:
    """The stage with what is there before the agent comes."""
    command = ["git", "rev-parse", "HEAD"]
    head = run(command, stage.repo, stage.environment).stdout.strip() if stage.scenario.git else ""
    return stage._replace(heads=heads_of(stage), files=files_of(stage), start=head)


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


def make_repository(repo: Path, environment: Mapping[str, str], message: str) -> None:
    """Put the project under git, on `main`, by a person of the scenario."""
    run(["git", "init", "--quiet", "--initial-branch=main"], repo, environment)
    run(["git", "config", "user.name", "Data Team"], repo, environment)
    run(["git", "config", "user.email", "data@example.com"], repo, environment)
    run(["git", "add", "--all"], repo, environment)
    run(["git", "commit", "--quiet", "-m", message], repo, environment)


def heads_of(stage: Stage) -> dict[str, str]:
    """Every branch and tag of the lakehouse (`bauplan:<name>`, `bauplan-tag:<name>`) and of git
    (`git:<name>`, `git-tag:<name>`), with its hash.
    """
    catalog = stage.lakehouse.catalog
    heads = {f"bauplan:{branch.name}": branch.hash for branch in catalog.names("BRANCH").items}
    heads |= {f"bauplan-tag:{tag.name}": tag.hash for tag in catalog.names("TAG").items}
    if not stage.scenario.git:
        return heads
    listed = ["git", "for-each-ref", "--format=%(refname) %(objectname)"]
    for line in run(listed, stage.repo, stage.environment).stdout.splitlines():
        name, sha = line.split()
        kind, _, short = name.removeprefix("refs/").partition("/")
        heads[f"{'git' if kind == 'heads' else 'git-' + kind.rstrip('s')}:{short}"] = sha
    return heads


def files_of(stage: Stage) -> dict[str, bytes]:
    """Every file of the workspace and the home folder with its content; not what git keeps."""
    found = {}
    for top in (stage.repo, stage.folder / "home"):
        for path in sorted(top.rglob("*")):
            name = str(path.relative_to(stage.folder))
            if path.is_file() and "/.git/" not in name:
                found[name] = path.read_bytes()
    return found
