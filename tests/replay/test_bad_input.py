"""What is no transcript, and what cannot be written: one sentence each, and nothing is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.replay.conftest import TRANSCRIPTS

RunCommand = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("words", [("show",), ("check",), ("mutate",), ("import",)])
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"[" * 100_000 + b"\n", b"[1]\n", b'{"header": 3}\n']
)
def test_a_file_that_is_none_is_one_sentence(
    self_heal: RunCommand,
    tmp_path: Path,
    words: tuple[str, ...],
    content: bytes,
) -> None:
    """Empty, binary, too deep, of another form: the file is named, and there is no traceback."""
    (tmp_path / "x.jsonl").write_bytes(content)
    done = self_heal("transcript", *words, "x.jsonl")
    assert done.returncode == 4
    assert done.stderr.startswith("self-heal: x.jsonl")
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == [tmp_path / "x.jsonl"]


def test_nothing_is_written_over_and_nowhere_else(self_heal: RunCommand, tmp_path: Path) -> None:
    """A file that is there stays; a place where nothing can be written is said."""
    (tmp_path / "mine").write_text("mine")
    source = TRANSCRIPTS / "imported" / "stream.jsonl"
    assert self_heal("transcript", "import", source, "--out", "mine").returncode == 5
    script = TRANSCRIPTS / "rules" / "8-refusing.jsonl"
    assert self_heal("record", "--script", script, "--out", "mine").returncode == 5
    assert (tmp_path / "mine").read_text() == "mine"
    done = self_heal("transcript", "import", source, "--out", "mine/x.transcript.jsonl")
    assert (done.returncode, "cannot be written" in done.stderr) == (4, True)
