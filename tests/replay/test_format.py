"""The one strict form of a transcript."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from agent_replay import schema, transcript
from agent_replay.transcript import SUFFIX, BadTranscript, Transcript
from tests.replay.conftest import TRANSCRIPTS

COMMITTED = sorted(TRANSCRIPTS.rglob(f"*{SUFFIX}"))
HEADER = (
    '{"header":{"title":"t","origin":{"kind":"scripted"},"versions":{"runtime":{"name":"x"}},'
    '"folder":"/w"}}'
)
TURN = '{"turn":{"call":{"tool":"Bash","input":{"command":"ls"}}}}'
END = '{"end":{}}'


def test_the_schema_is_the_one_of_the_models() -> None:
    """The file is generated: `python -m agent_replay.schema`."""
    assert schema.PATH.read_text(encoding="utf-8") == schema.text()


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_every_line_that_is_committed_has_the_schema(path: Path) -> None:
    """The schema says what the models accept."""
    validator = jsonschema.Draft202012Validator(json.loads(schema.text()))
    for line in path.read_text(encoding="utf-8").splitlines():
        validator.validate(json.loads(line))


def test_what_is_written_is_read_back(session: Transcript, tmp_path: Path) -> None:
    """Nothing is lost or added."""
    path = tmp_path / f"copy{SUFFIX}"
    transcript.write(session, path)
    assert transcript.read(path) == session


def test_versions_and_digests_are_in_the_header(session: Transcript) -> None:
    """What made the session go as it went."""
    versions = session.header.versions
    assert versions.bauplan is not None
    assert versions.bauplan.version == "0.3.5"
    for part in (versions.skill, versions.guard, versions.scenario):
        assert part is not None
        assert len(part.digest) == 64


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([HEADER, "{"], ":2:"),
        (
            [HEADER, TURN, '{"turn":{"call":{"tool":"Bash"}}}'],
            ":3: turn.call.input: Field required",
        ),
        (
            [HEADER, '{"turn":{"call":{"tool":"Bash","input":{}},"extra":1}}'],
            ":2: turn.extra: Extra",
        ),
        ([HEADER, '{"twist":{}}'], ":2: twist: Extra"),
        ([HEADER, "{}"], ":2: a line has exactly one of"),
        ([HEADER, HEADER], ":2: a second header"),
        ([HEADER, END, TURN], ":2: the end is not the last line"),
        ([TURN], ":1: a transcript starts with its header"),
        ([""], ":1:"),
    ],
)
def test_a_damaged_file_names_its_line(tmp_path: Path, lines: list[str], says: str) -> None:
    """And what is wrong there."""
    path = tmp_path / f"x{SUFFIX}"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(BadTranscript) as caught:
        transcript.read(path)
    assert f"{path}{says}" in str(caught.value)


def test_bytes_that_are_no_text_name_their_line(tmp_path: Path) -> None:
    """A disk error in the third line."""
    path = tmp_path / f"x{SUFFIX}"
    path.write_bytes(f"{HEADER}\n{TURN}\n".encode() + b"\xff\xfe\n")
    with pytest.raises(BadTranscript, match=":3: this is not UTF-8"):
        transcript.read(path)


def test_a_session_that_was_cut_off_is_valid(session: Transcript, tmp_path: Path) -> None:
    """Wherever its file ends, the whole turns before count and there is no end."""
    path = tmp_path / f"x{SUFFIX}"
    transcript.write(session, path)
    data = path.read_bytes()
    first = data.index(b"\n") + 1
    for size in range(first, len(data) - 1, len(data) // 23):
        path.write_bytes(data[:size])
        found = transcript.read(path)
        assert found.end is None
        assert found.turns == session.turns[: len(found.turns)]


def test_a_tolerance_needs_its_reason() -> None:
    """What may differ is said in the file, with why."""
    with pytest.raises(ValueError, match="at least 12 characters"):
        transcript.Tolerance(turn=1, of="result", reason="")
