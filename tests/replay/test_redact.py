"""No secret and no home folder is written down; the scan that checks it can be tripped."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_replay.packing import packed, unpacked
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


def test_packed_bytes_hold_no_secret_either() -> None:
    """An archive of the project may carry a key that was committed; it stays a readable archive."""
    key = "sk-ant-api03-0123456789abcdef"
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo("models.py")
        content = f"KEY = '{key}'\nok = 1\n".encode()
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    masked = Redactor({}).value({"packed": packed(made.getvalue()), "text": ""})
    with tarfile.open(fileobj=io.BytesIO(unpacked(masked["packed"]))) as archive:
        file = archive.extractfile("models.py")
        assert file is not None
        assert file.read().decode() == f"KEY = '{'*' * len(key)}'\nok = 1\n"
    line = json.dumps({"packed": packed(made.getvalue())})
    assert scan(line, {}) == ["line 1: issued key"]
    assert scan(json.dumps(masked), {}) == []


def test_a_field_that_is_only_called_packed_is_a_text() -> None:
    """The agent's own arguments may have any name."""
    value = {"packed": "api_key: 0123456789abcdef"}
    assert Redactor({}).value(value) == {"packed": f"api_key: {MASK}"}
    assert scan(json.dumps({"packed": "abc"}), {}) == []
