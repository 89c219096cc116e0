"""A scenario: a broken pipeline as data, with the truth about it.

A folder of `scenarios/` with `scenario.yaml` and the files of the project, in which
`{{python}}` stands for the version of the running interpreter. Only the project is ever copied
into the agent's workspace. `schemas/scenario.schema.json` is generated from these models.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from self_heal.errors import BadInput
from self_heal.places import plugin_root

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The interpreter version that the models of a scenario declare: the running one."""

M = TypeVar("M", bound=BaseModel)
TOLD = {
    "job": "Job {job} failed.",
    "branch": "Something is wrong with what runs on the Bauplan branch {branch}.",
    "window": "A run has failed within the last day.",
    "folder": "The pipeline in the folder {folder} is broken.",
    "wrong": "Job {job} ran green, and its results are wrong.",
}
Classification = Literal["planning/compilation", "runtime", "expectation", "logical correctness"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class MakeBranch(_Strict):
    """A branch is made from a ref."""

    branch: str
    source: str = Field(alias="from")


class RunPipeline(_Strict):
    """The pipeline runs on a branch and ends as said; otherwise the scenario is broken."""

    run: str
    ends: Literal["complete", "fail"]


class ImportTable(_Strict):
    """A table is imported anew: its rows and types are those of a query over the branch."""

    table: str = Field(alias="import", pattern=r"^\w+\.\w+$")
    into: str
    select: str


class CommitFiles(_Strict):
    """The team commits a change: the files of the folder `changed` beside the project."""

    commit: str
    changed: str


class LeaveDirty(_Strict):
    """Somebody changes files and does not commit them: those of the folder `dirty`."""

    dirty: str


class InjectFault(_Strict):
    """The platform will fail, in the fake lakehouse's form: `model:<name>=error:503`."""

    fault: str


class LoseTransaction(_Strict):
    """Somebody removes the transaction branches that failed runs left: nothing can be pinned."""

    lose: Literal["transaction branches"]


Event = (
    MakeBranch
    | RunPipeline
    | ImportTable
    | CommitFiles
    | LeaveDirty
    | InjectFault
    | LoseTransaction
)


class Contract(_Strict):
    """What the healed data must be like: a query that gives one true value on the debug branch."""

    says: str
    holds: str


class Change(_Strict):
    """An edit of one file below the project's folder; without `old` the file is made."""

    file: str
    old: str = ""
    new: str


class Commit(_Strict):
    """One commit of a fix."""

    message: str
    edits: list[Change] = Field(min_length=1)


class Guard(_Strict):
    """An expectation that prevents the failure: a test on a `table`, its body and its docstring."""

    name: str = Field(pattern=r"^test_\w+$")
    table: str
    doc: str
    body: str


class Truth(_Strict):
    """What really broke, for those who check the healing; the agent never sees it.

    `outcome` is how the healing must end: `healed`, `nothing` to fix, or `blocked`.
    `root_cause` is the guilty model or expectation, `""` where no code is guilty. `names` must
    stand in the reported root cause. `proof` is what `self-heal prove` must find. Of existing
    expectations only `wrong_expectation` may change.
    """

    outcome: Literal["healed", "nothing", "blocked"] = "healed"
    failing_model: str
    root_cause: str
    source_table: str = ""
    classification: Classification
    names: list[str] = []
    allowed_files: list[str] = []
    expectation_on: str = ""
    proof: Literal["proven", "not applicable"] = "proven"
    pinned: bool = True
    wrong_expectation: str = ""
    contract: list[Contract] = []
    must_not: list[str] = []
    fix: list[Commit] = []
    guard: Guard | None = None


class Scenario(_Strict):
    """A broken pipeline: its data, its project, how it came to fail, and the truth.

    `data` is `nyc` (NYC flights 2013) or small tables, each by the query that makes its rows.
    `told` is what the agent is given: the job's id, or only a branch, a window of time, a folder.
    """

    title: str
    story: str = ""
    user: str
    data: Literal["nyc"] | dict[str, str]
    project: str
    pipeline: str
    git: bool = True
    told: Literal["job", "branch", "window", "folder"] = "job"
    history: list[Event] = Field(min_length=1)
    truth: Truth

    def request(self, job: str) -> str:
        """What the person says to the agent."""
        wrong = self.truth.classification == "logical correctness"
        told = TOLD["wrong" if wrong else self.told]
        words = told.format(job=job, branch=self.branch, folder=self.pipeline)
        return f"{words} Find out why and heal it."

    @property
    def branch(self) -> str:
        """The branch that the last run of the history went to."""
        runs = [event.run for event in self.history if isinstance(event, RunPipeline)]
        return runs[-1] if runs else "main"


def known() -> list[str]:
    """The names of all scenarios."""
    return sorted(path.parent.name for path in _root().glob("*/scenario.yaml"))


def folder_of(name: str) -> Path:
    """Where a scenario lies; an unknown name lists the known ones."""
    if name not in known():
        raise BadInput(f"There is no scenario {name!r}. Known: {', '.join(known()) or 'none'}.")
    return _root() / name


def _root() -> Path:
    return plugin_root() / "tests" / "scenarios"


def read(folder: Path) -> Scenario:
    """Parse and validate `scenario.yaml`; a broken one names the file and the field."""
    return parse(folder / "scenario.yaml", Scenario)


def parse(path: Path, model: type[M]) -> M:
    """A YAML file as one of the models; what is wrong with it is told by file and field."""
    try:
        return model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadInput(f"{path}: {where}: {first['msg']}. Correct it and run again.") from error


def schema() -> Mapping[str, Any]:
    """The JSON Schema of `scenario.yaml`."""
    made = Scenario.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def copy_project(folder: Path, scenario: Scenario, into: Path) -> None:
    """Copy the project's files, with the running interpreter's version put in."""
    source = folder / scenario.project
    if not (source / scenario.pipeline).is_dir():
        raise BadInput(f"{source / scenario.pipeline} is missing: a scenario needs its pipeline.")
    copy_files(source, into)


def copy_files(source: Path, into: Path) -> None:
    """Copy a folder's files over those of another."""
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        target = into / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(for_this_python(path.read_text(encoding="utf-8")))


def for_this_python(text: str) -> str:
    """The text with the running interpreter's version in the place of `{{python}}`."""
    return text.replace("{{python}}", PYTHON)
