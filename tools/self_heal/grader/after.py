"""The state after a session, as lakehouse, git and disk have it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import PurePosixPath

from fake_bauplan import jobs as job_store
from fake_bauplan.catalog.types import Commit
from fake_bauplan.engine import Engine
from fake_bauplan.jobs import COMPLETE, Filter, Job, Jobs
from pipeline_guard import reports
from pipeline_guard.reports import schema as schemas
from pipeline_guard.reports.read import Report
from self_heal.programs import run
from self_heal.stage import Stage, files_of, heads_of

PROOF_MARK = "_proof_"
TRANSACTION_MARK = "-bpln-tx-"
RUN_KIND, QUERY_KIND = "CODE_SNAPSHOT_RUN", "QUERY_RUN"


class After:
    """Everything that the checks look at; each part is looked up once."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.truth = stage.scenario.truth

    @cached_property
    def heads(self) -> dict[str, str]:
        """Every branch and tag now, as `heads_of` tells them."""
        return heads_of(self.stage)

    @cached_property
    def _store(self) -> Jobs:
        house = self.stage.lakehouse
        return Jobs(house.database("jobs", job_store.SCHEMA), house.clock, house.ids)

    @cached_property
    def healed_job(self) -> Job:
        """The job that was to be healed."""
        return self._store.get(self.stage.job)

    @cached_property
    def jobs(self) -> list[Job]:
        """The jobs of the session, oldest first."""
        page = self._store.page(Filter(), limit=10_000)[0]
        later = [job for job in page if job.number > self.healed_job.number]
        return sorted(later, key=lambda job: job.number)

    @cached_property
    def runs(self) -> list[Job]:
        """The session's runs, without the proofs' and the dry ones."""
        return [
            job
            for job in self.jobs
            if job.kind == RUN_KIND
            and PROOF_MARK not in job.branch
            and not request_of(job).get("dry_run")
        ]

    @cached_property
    def pinned(self) -> str:
        """The commit that the job had read: what the debug branch must start from."""
        return self.healed_job.ref.partition("@")[2]

    @cached_property
    def new_branches(self) -> list[str]:
        """The Bauplan branches that the session made, without those of runs and proofs."""
        names = sorted(set(self.heads) - set(self.stage.heads))
        branches = [name.removeprefix("bauplan:") for name in names if name.startswith("bauplan:")]
        return [b for b in branches if TRANSACTION_MARK not in b and PROOF_MARK not in b]

    @cached_property
    def debug(self) -> str:
        """The branch of the last rerun, else a new branch, else `""`."""
        ran = [job.branch for job in self.runs if job.branch in self.new_branches]
        return (ran or self.new_branches or [""])[-1]

    def history(self, branch: str) -> list[Commit]:
        """A branch's commits, newest first."""
        return self.stage.lakehouse.catalog.commits(branch).items

    @cached_property
    def green(self) -> Job | None:
        """The last rerun on the debug branch, if it is complete."""
        mine = [job for job in self.runs if job.branch == self.debug]
        return mine[-1] if mine and mine[-1].status == COMPLETE else None

    def ran(self, job: Job) -> dict[str, str]:
        """The code that a run was given, by the path below the project's folder."""
        with zipfile.ZipFile(io.BytesIO(self._store.snapshot(job.snapshot))) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            return {name: archive.read(name).decode(errors="replace") for name in names}

    def value(self, sql: str) -> object:
        """The one value of a query on the debug branch."""
        house = self.stage.lakehouse
        return Engine(house.catalog, house.store).query(sql, self.debug).column(0)[0].as_py()

    def rows(self, table: str) -> int | None:
        """How many rows a table has at the state that the job read; None where it is not there."""
        catalog = self.stage.lakehouse.catalog
        found = [t for t in catalog.tables(self.healed_job.ref) if t.full_name == table]
        return found[0].rows if found else None

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Every file of workspace and home now."""
        return files_of(self.stage)

    @cached_property
    def before_code(self) -> dict[str, str]:
        """The project's files before the session, uncommitted changes included."""
        return self._project(self.stage.files)

    @cached_property
    def after_code(self) -> dict[str, str]:
        """The project's files at git's HEAD; without git those of the last run, else on disk."""
        if not self.stage.scenario.git:
            return self.ran(self.green) if self.green else self.disk_code
        folder = self.stage.scenario.pipeline
        names = self.git("ls-tree", "-r", "--name-only", f"HEAD:{folder}").splitlines()
        return {name: self.git("show", f"HEAD:{folder}/{name}") for name in names}

    @cached_property
    def disk_code(self) -> dict[str, str]:
        """The project's files as they lie on disk now."""
        return self._project(self.files)

    def _project(self, files: Mapping[str, bytes]) -> dict[str, str]:
        folder = PurePosixPath("repository", self.stage.scenario.pipeline)
        inside = {n: c for n, c in files.items() if PurePosixPath(n).is_relative_to(folder)}
        return {
            str(PurePosixPath(name).relative_to(folder)): content.decode(errors="replace")
            for name, content in inside.items()
            if "__pycache__" not in name
        }

    def git(self, *arguments: str) -> str:
        """What a git command prints in the workspace's repository."""
        return run(["git", *arguments], self.stage.repo, self.stage.environment).stdout

    @cached_property
    def job_report(self) -> Report | None:
        """The report about the healed job; None where there is none."""
        path = self.stage.repo / "debug" / reports.JOB_FOLDER / f"{self.stage.job}.md"
        return reports.read_report(schemas.JOB_REPORT, str(path)) if path.is_file() else None

    @cached_property
    def summary(self) -> Report | None:
        """The summary; None where there is none."""
        path = self.stage.repo / "debug" / reports.SUMMARY_FILE
        return reports.read_report(schemas.SUMMARY, str(path)) if path.is_file() else None


def request_of(job: Job) -> Mapping[str, object]:
    """How a run was asked for: strict, transaction, dry_run, preview and the like."""
    found = job.detail("request")
    return found if isinstance(found, dict) else {}
