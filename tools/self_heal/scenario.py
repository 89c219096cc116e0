"""A scenario: a broken pipeline as data, with the truth about it.

A folder of `scenarios/` with `scenario.yaml` and the files of the project, in which
`{{python}}` stands for the version of the running interpreter.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from self_heal.errors import BadInput
from self_heal.places import plugin_root

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The interpreter version that the models of a scenario declare: the running one."""


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


class Truth(_Strict):
    """What really broke, for those who check the healing; the agent never sees it."""

    failing_model: str
    root_cause: str
    source_table: str
    classification: Literal["planning/compilation", "runtime", "expectation", "logical correctness"]
    allowed_files: list[str]
    expectation_on: str


class Scenario(_Strict):
    """A broken pipeline: its data, its project, how it came to fail, and the truth."""

    title: str
    user: str
    data: Literal["nyc"]
    project: str
    pipeline: str
    history: list[MakeBranch | RunPipeline | ImportTable] = Field(min_length=1)
    truth: Truth


def folder_of(name: str) -> Path:
    """Where a scenario lies; an unknown name lists the known ones."""
    root = plugin_root() / "tests" / "scenarios"
    known = sorted(path.parent.name for path in root.glob("*/scenario.yaml"))
    if name not in known:
        raise BadInput(f"There is no scenario {name!r}. Known: {', '.join(known) or 'none'}.")
    return root / name


def read(folder: Path) -> Scenario:
    """Parse and validate `scenario.yaml`; a broken one names the file and the field."""
    path = folder / "scenario.yaml"
    try:
        return Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadInput(f"{path}: {where}: {first['msg']}. Correct it and run again.") from error


def copy_project(folder: Path, scenario: Scenario, into: Path) -> None:
    """Copy the project's files, with the running interpreter's version put in."""
    source = folder / scenario.project
    if not (source / scenario.pipeline).is_dir():
        raise BadInput(f"{source / scenario.pipeline} is missing: a scenario needs its pipeline.")
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        target = into / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8").replace("{{python}}", PYTHON))
