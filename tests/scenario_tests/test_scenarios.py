"""The scenarios as data: complete, honest, and of every kind that the benchmark promises."""

from __future__ import annotations

import json
from collections import Counter

import jsonschema
import pytest
import yaml

from self_heal import scenario as scenarios
from self_heal.bench import spec
from self_heal.errors import BadInput
from self_heal.grader.grade import NAMES
from self_heal.grader.reference import changed, reference_code
from self_heal.places import plugin_root
from self_heal.scenario import Change, Scenario, for_this_python

ALL = scenarios.known()


def read(name: str) -> tuple[Scenario, spec.Sessions]:
    folder = scenarios.folder_of(name)
    return scenarios.read(folder), spec.read(folder)


def project(name: str) -> dict[str, str]:
    """The project's files as the failed run had them: the team's commits and dirt included."""
    folder, (scenario, _) = scenarios.folder_of(name), read(name)
    layers = [scenario.project]
    layers += [getattr(e, "changed", "") or getattr(e, "dirty", "") for e in scenario.history]
    files = {}
    for layer in filter(None, layers):
        for path in sorted((folder / layer / scenario.pipeline).iterdir()):
            files[path.name] = for_this_python(path.read_text())
    return files


def test_there_are_sixteen_at_least_and_each_wrong_way_four_times() -> None:
    """Each kind of wrong session stands in at least four scenarios."""
    assert len(ALL) >= 16
    kinds = Counter(read(name)[1].wrong.kind for name in ALL)
    assert set(kinds) == set(spec.KINDS)
    assert min(kinds.values()) >= 4


def test_every_way_of_being_told_and_every_end_is_there() -> None:
    """A job, only a branch, a time, a folder; healed, nothing to fix, blocked; all four classes."""
    known = [read(name)[0] for name in ALL]
    assert {s.told for s in known} == {"job", "branch", "window", "folder"}
    assert {s.truth.outcome for s in known} == {"healed", "nothing", "blocked"}
    assert len({s.truth.classification for s in known}) == 4
    assert any(not s.git for s in known)
    assert any(not s.truth.pinned and s.truth.classification == "runtime" for s in known)


@pytest.mark.parametrize("name", ALL)
def test_a_scenario_has_the_form_that_its_schema_says(name: str) -> None:
    """The schema in the repository is the models' own, and every file keeps it."""
    schema = json.loads((plugin_root() / "schemas" / "scenario.schema.json").read_text())
    assert schema == scenarios.schema()
    text = (scenarios.folder_of(name) / "scenario.yaml").read_text()
    jsonschema.validate(yaml.safe_load(text), schema)


@pytest.mark.parametrize("name", ALL)
def test_names_of_checks_are_those_of_the_grader(name: str) -> None:
    """What must not happen, and what a wrong session fails, can be looked up in a grade."""
    scenario, sessions = read(name)
    assert set(scenario.truth.must_not) <= set(NAMES)
    assert set(sessions.wrong.fails) <= set(NAMES)


@pytest.mark.parametrize("name", ALL)
def test_the_reference_fix_fits_the_project(name: str) -> None:
    """Each edit finds its place once, and something changes where something is to be healed."""
    truth, files = read(name)[0].truth, project(name)
    fixed = reference_code(files, truth)
    assert (fixed != files) == (truth.outcome == "healed")
    touched = {f"pipeline/{file}" for file in fixed if fixed[file] != files.get(file)}
    assert touched <= set(truth.allowed_files)


@pytest.mark.parametrize("name", ALL)
def test_a_project_has_three_to_seven_models_and_few_files(name: str) -> None:
    """Small enough to be read, large enough for an upstream and a downstream."""
    files = project(name)
    models = sum(text.count("@bauplan.model(") for text in files.values())
    models += sum(file.endswith(".sql") for file in files)
    assert 2 <= models <= 7
    assert len(files) <= 7


def test_an_edit_that_does_not_fit_says_how_often_its_text_stands_there() -> None:
    """A scenario whose fix has rotted is told by file and text."""
    with pytest.raises(BadInput, match=r"a\.sql holds 2 times, not once: 'x'"):
        changed({"a.sql": "x x"}, Change(file="a.sql", old="x", new="y"))


def test_the_document_lists_each_scenario_and_each_check() -> None:
    """The tables of `docs/scenarios.md` say what the files and the grader say."""
    text = (plugin_root() / "docs" / "scenarios.md").read_text()
    for name in ALL:
        scenario, sessions = read(name)
        cells = (scenario.title, scenario.truth.classification, scenario.told)
        ends = (scenario.truth.outcome, spec.KINDS[sessions.wrong.kind])
        assert f"| {' | '.join([f'`{name}`', *cells, *ends])} |" in text
    assert [name for name in NAMES if f"`{name}`" not in text] == []
