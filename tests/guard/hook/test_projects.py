"""Which project a session heals, where its repository holds several or hides it deep."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline_guard import session, workspace
from pipeline_guard.facts import project
from pipeline_guard.ledger import Line
from tests.guard.hook.conftest import git

MODEL = """import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def {name}(data=bauplan.Model("nyc.flights")):
    return data
"""
LOGS = 'Traceback\n  File "models.py", line 7, in {name}\nValueError: dep_delay\n'


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    """Two projects side by side, three folders below the top of one repository."""
    top = tmp_path / "monorepo"
    for name in ("flights", "hotels"):
        folder = top / "teams" / "data" / name
        folder.mkdir(parents=True)
        (folder / "bauplan_project.yml").write_text(f"project:\n  id: {name}\n  name: {name}\n")
        (folder / "models.py").write_text(MODEL.format(name=f"clean_{name}"))
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(top))
    return top


def place_of(top: Path, lines: list[Line], cwd: Path | None = None) -> str:
    """The project of a session that started at the top, relative to it."""
    begun: Line = {"fact": "start", "folder": str(top)}
    found = session.of_lines("key", [begun, *lines], str(cwd or top)).workspace.project
    return str(Path(found).relative_to(top)) if found else ""


def logged(top: Path, name: str) -> Line:
    """The ledger's line about logs that name this model."""
    current = session.of_lines("key", [], str(top))
    line: Line = {"fact": "logs", "job": "j", "model": "", "text": LOGS.format(name=name)}
    learned: Line = json.loads(json.dumps(project.complete(line, current)))
    return learned


def test_nothing_is_chosen_between_two_projects(monorepo: Path) -> None:
    assert place_of(monorepo, []) == ""


def test_the_logs_of_the_job_name_a_model_of_one_project(monorepo: Path) -> None:
    line = logged(monorepo, "clean_flights")
    assert line["model"] == "clean_flights"
    assert place_of(monorepo, [line]) == "teams/data/flights"


def test_logs_that_name_no_models_choose_nothing(monorepo: Path) -> None:
    assert place_of(monorepo, [logged(monorepo, "somewhere")]) == ""


def test_the_agent_may_go_into_a_project(monorepo: Path) -> None:
    below = monorepo / "teams" / "data" / "hotels"
    assert place_of(monorepo, [], cwd=below) == "teams/data/hotels"


def test_the_project_stays_the_one_that_was_edited(monorepo: Path) -> None:
    """One session, one project: neither another folder nor other logs change it afterwards."""
    data = monorepo / "teams" / "data"
    edit: Line = {"fact": "edit", "path": str(data / "flights" / "models.py")}
    lines = [edit, logged(monorepo, "clean_hotels")]
    assert place_of(monorepo, lines, cwd=data / "hotels") == "teams/data/flights"


def test_a_project_deep_in_a_monorepo_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "c" / "d" / "e"
    folder.mkdir(parents=True)
    (folder / "bauplan_project.yaml").write_text("project:\n  id: a\n")
    assert workspace.find(str(tmp_path)).project == str(folder)
