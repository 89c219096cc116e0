"""No secret and no home folder is written down; the scan that checks it can be tripped."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_replay.redact import MASK, Redactor, scan
from tests.replay.conftest import TRANSCRIPTS

PLANTED = {
    "a Claude key": "sk-ant-api03-AbCdEf0123456789AbCdEf",
    "an AWS key": "AKIAABCDEFGHIJKLMNOP",
    "a GitHub token": "ghp_0123456789abcdefghijABCDEFGHIJ",
    "a header": "Authorization: Bearer 0123456789abcdef",
    "a web token": "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4",
    "an assigned key": "api_key: 0123456789abcdef",
    "a JSON field": '{"client_secret": "0123456789abcdef"}',
}


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_secret_trips_the_scan_and_is_masked(text: str) -> None:
    """First it is there, then it is not."""
    assert scan(f"first line\n{text}", {})[0].startswith("line 2: ")
    masked = Redactor({}).text(text)
    assert MASK in masked
    assert scan(masked, {}) == []


def test_values_of_secret_variables_are_masked_wherever_they_stand() -> None:
    """Also where nothing around them says what they are."""
    variables = {"MY_API_KEY": "correct horse", "EDITOR": "vi-improved"}
    redactor = Redactor(variables)
    assert redactor.value({"a": ["the correct horse", {"correct horse": 1}]}) == {
        "a": [f"the {MASK}", {MASK: 1}]
    }
    assert redactor.text("vi-improved") == "vi-improved"
    assert [(r.what, r.count) for r in redactor.redactions] == [("secret value", 2)]


def test_the_key_in_the_bauplan_configuration_is_masked(tmp_path: Path) -> None:
    """It is never a variable, and looks like nothing special."""
    (tmp_path / ".bauplan").mkdir()
    (tmp_path / ".bauplan" / "config.yml").write_text(
        "profiles:\n  default:\n    api_key: tuna-and-bread\n"
    )
    variables = {"HOME": str(tmp_path)}
    assert Redactor(variables).text("tuna-and-bread") == MASK
    assert scan("tuna-and-bread", variables) == ["line 1: secret value"]


def test_the_home_folder_becomes_a_tilde() -> None:
    """And other folders what they are called."""
    redactor = Redactor({"HOME": "/home/ann"}, {"/home/ann/work": "/workspace"})
    assert redactor.text("/home/ann/work/a /home/ann/b") == "/workspace/a ~/b"


@pytest.mark.parametrize("path", sorted(TRANSCRIPTS.rglob("*.json*")), ids=lambda path: path.name)
def test_nothing_that_is_committed_holds_a_secret(path: Path) -> None:
    """Transcripts, scripts and samples."""
    assert scan(path.read_text(encoding="utf-8"), {}) == []


@settings(max_examples=60)
@given(st.text(max_size=60), st.sampled_from(sorted(PLANTED.values())), st.text(max_size=60))
def test_a_secret_is_masked_in_any_surroundings(before: str, secret: str, after: str) -> None:
    """A line of its own in any text."""
    masked = Redactor({}).text(f"{before}\n{secret}\n{after}")
    assert scan(masked, {}) == []
