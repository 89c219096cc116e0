"""Configuration in layers: each may tighten what the one above set, none may loosen it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_guard import policy
from pipeline_guard.policy import Policy, PolicyError

NAMES = st.lists(st.text("abc/", min_size=1, max_size=4), max_size=3)
CHOICES = st.sampled_from(["ask", "deny"])
LAYER = st.fixed_dictionaries(
    {},
    optional={
        "max_rows": st.integers(1, 40),
        "protected_branches": NAMES,
        "denied_tools": NAMES,
        "push": CHOICES,
        "cleanup": CHOICES,
    },
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config" / "self-healing-pipeline").mkdir(parents=True)
    (tmp_path / "repo").mkdir()
    return tmp_path


def write(place: Path, user: object = None, project: object = None) -> Policy:
    files = {"config/self-healing-pipeline/self-heal.yml": user, "repo/.self-heal.yml": project}
    for name, content in files.items():
        (place / name).unlink(missing_ok=True)
        if content is not None:
            (place / name).write_text(yaml.safe_dump(content))
    return policy.load(str(place / "repo"))


def test_without_configuration_the_contract_holds(place: Path):
    assert write(place) == Policy(frozenset({"main", "master"}), 20, "ask", "ask")


def test_a_project_can_tighten(place: Path):
    found = write(place, project={"max_rows": 5, "push": "deny", "protected_branches": ["prod"]})
    assert (found.max_rows, found.push) == (5, "deny")
    assert found.protected_branches == {"main", "master", "prod"}


def test_a_project_cannot_loosen_what_the_user_set_and_is_told_so(place: Path):
    found = write(
        place, user={"max_rows": 5, "push": "deny"}, project={"max_rows": 9, "push": "ask"}
    )
    assert (found.max_rows, found.push) == (5, "deny")
    assert [note.partition(": ")[2] for note in found.notes] == [
        "max_rows 9 would loosen 5; it has no effect.",
        "push: ask would loosen deny; it has no effect.",
    ]


@settings(deadline=None, max_examples=50)  # it writes files
@given(LAYER, LAYER)
def test_no_layer_ever_loosens(
    tmp_path_factory: pytest.TempPathFactory, user: dict[str, object], project: dict[str, object]
):
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("layers")
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        patch.setenv("XDG_CONFIG_HOME", str(place / "config"))
        (place / "config" / "self-healing-pipeline").mkdir(parents=True)
        (place / "repo").mkdir()
        above, below = write(place, user), write(place, user, project)
    assert below.max_rows <= above.max_rows <= 20
    assert below.protected_branches >= above.protected_branches >= {"main", "master"}
    assert below.denied_tools >= above.denied_tools
    assert (above.push, below.push) != ("deny", "ask")
    assert (above.cleanup, below.cleanup) != ("deny", "ask")


def test_a_change_is_seen_although_the_parsed_form_is_kept(place: Path):
    write(place, project={"max_rows": 5})
    assert write(place, project={"max_rows": 6}).max_rows == 6
    kept = next((place / "state").rglob("policy.*"))
    kept.write_text("{")
    assert policy.load(str(place / "repo")).max_rows == 6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max_rows: [", "not valid configuration"),
        ("- a", "settings by name"),
        ("max_row: 3", "'max_row' is no setting"),
        ("max_rows: many", "max_rows has the wrong form"),
        ("max_rows: true", "max_rows has the wrong form"),
        ("max_rows: 0", "max_rows has the wrong form"),
        ("push: allow", "push has the wrong form"),
        ("protected_branches: main", "protected_branches has the wrong form"),
    ],
)
def test_a_broken_file_is_named(place: Path, text: str, words: str):
    (place / "repo" / ".self-heal.yml").write_text(text)
    with pytest.raises(PolicyError, match=words):
        policy.load(str(place / "repo"))
