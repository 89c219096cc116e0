"""What agents leave behind, read into the one form. The samples are of the real Claude Code."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_replay import importing, transcript
from agent_replay.redact import Redactor
from agent_replay.transcript import BadTranscript, Transcript
from tests.replay.conftest import TRANSCRIPTS

SAMPLES = TRANSCRIPTS / "imported"
FILES = ("session.jsonl", "stream.jsonl", "conversation.json")


def load(name: str) -> Transcript:
    return importing.load(SAMPLES / name, redactor=Redactor({}))


@pytest.mark.parametrize("name", FILES)
def test_calls_verdicts_and_results_are_read(name: str) -> None:
    """The same session in three forms: what was refused, by which rule, and how the rest ended."""
    own = [turn for turn in load(name).turns if not turn.call.agent]
    assert [turn.call.tool for turn in own] == (
        "Skill Bash Bash Bash Bash Write Read Agent".split()
    )
    refused = [(n, t.verdict.rules) for n, t in enumerate(own) if t.verdict and not t.result]
    assert refused == [(2, ("main_branch",)), (5, ("allowed_files",))]
    assert [t.result.exit_code for t in own if t.result and t.call.tool == "Bash"] == [0, 0, 2]
    assert own[4].result is not None
    assert own[4].result.ok is False


@pytest.mark.parametrize("name", ["session.jsonl", "stream.jsonl"])
def test_a_subagents_calls_are_told_apart(name: str) -> None:
    """They come from files of their own, or are marked in the stream."""
    theirs = [turn for turn in load(name).turns if turn.call.agent]
    assert [turn.call.input for turn in theirs] == [{"command": "git status --short"}]


def test_the_header_tells_model_version_and_folder() -> None:
    """As far as the session file knows them."""
    header = load("session.jsonl").header
    assert header.origin.kind == "live"
    assert header.origin.model == "claude-opus-4-8"
    assert header.origin.date.startswith("2026-")
    assert (header.versions.runtime.name, header.folder) == ("claude", "/home/dev/flights")


def test_a_slash_command_is_put_back_as_it_was_typed() -> None:
    """The person's words begin the first turn."""
    prompt = load("session.jsonl").turns[0].prompt
    assert prompt.startswith("/self-healing-pipeline:self-healing-pipeline Look at job 42")


def test_unknown_records_are_kept_and_counted(tmp_path: Path) -> None:
    """Every record of the file is a part of a turn, or kept with its line and its kind."""
    path = tmp_path / "session.jsonl"
    shutil.copy(SAMPLES / "session.jsonl", path)
    with path.open("a") as file:
        file.write('{"type": "from-the-future", "sessionId": "x", "value": [1, 2]}\n')
    found = importing.load(path, redactor=Redactor({})).unknown
    lines = len(path.read_text().splitlines())
    future = [record for record in found if record.kind == "from-the-future"]
    assert [(record.line, record.record["value"]) for record in future] == [(lines, [1, 2])]
    assert Counter(record.kind for record in found)["attachment"] == 5


@pytest.mark.parametrize("name", ["session.jsonl", "stream.jsonl"])
def test_a_damaged_file_names_its_line(name: str, tmp_path: Path) -> None:
    """A record that was cut in the middle."""
    lines = (SAMPLES / name).read_text().splitlines()
    lines[4] = lines[4][: len(lines[4]) // 2]
    path = tmp_path / name
    path.write_text("\n".join(lines))
    with pytest.raises(BadTranscript, match=rf"{name}:5: not JSON"):
        importing.load(path)


def test_a_damaged_conversation_names_its_line(tmp_path: Path) -> None:
    """A comma too much."""
    path = tmp_path / "c.json"
    path.write_text('{"messages": [\n{"role": "user",}\n]}')
    with pytest.raises(BadTranscript, match=r"c\.json:2: not JSON"):
        importing.load(path)


def test_an_unknown_form_lists_the_known_ones(tmp_path: Path) -> None:
    """A file of something else."""
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n')
    with pytest.raises(BadTranscript, match="--from: claude, stream-json, messages"):
        importing.load(path)


def test_secrets_of_a_session_are_masked(tmp_path: Path) -> None:
    """What a tool printed, and what the person typed."""
    path = tmp_path / "c.json"
    key = "sk-ant-api03-" + "x" * 30
    call = {"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": f"echo {key}"}}
    result = {"type": "tool_result", "tool_use_id": "a", "content": f"api_key: {key}"}
    messages = [
        {"role": "user", "content": f"the key is {key}"},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]
    path.write_text(json.dumps(messages))
    found = importing.load(path, redactor=Redactor({}))
    assert key not in found.model_dump_json()
    assert [(r.what, r.count) for r in found.header.redactions] == [("issued key", 3)]


def test_import_on_the_command_line(self_heal: Callable[..., object], tmp_path: Path) -> None:
    """Writes the transcript and says what it kept without knowing it."""
    out = tmp_path / "made.transcript.jsonl"
    done = self_heal("transcript", "import", SAMPLES / "session.jsonl", "--out", out)
    assert "9 calls" in done.stdout  # type: ignore[attr-defined]
    assert "6 attachment" in done.stdout  # type: ignore[attr-defined]
    assert len(transcript.read(out).turns) == 9
