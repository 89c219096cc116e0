"""The ledger: what was written is read again, whatever happened between two writes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_guard.ledger import Ledger, LedgerError

HOOKS = Path(__file__).resolve().parents[3] / "hooks"
LINE = {"fact": "prompt", "text": "heal it"}


def facts(ledger: Ledger) -> list[str]:
    return [str(line["fact"]) for line in ledger.read()]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(str(tmp_path / "session"))


def test_a_new_ledger_is_empty_and_makes_no_file(ledger: Ledger):
    assert ledger.read() == []
    assert not Path(ledger.path).exists()


def test_lines_come_back_in_order_with_the_time_they_were_written(ledger: Ledger):
    ledger.append({"fact": "job", "id": "a"})
    ledger.append({"fact": "logs", "job": "a"}, LINE)
    assert facts(ledger) == ["job", "logs", "prompt"]
    assert all(line["at"].endswith("Z") for line in ledger.read())


@settings(deadline=None, max_examples=50)  # it writes files
@given(st.text())
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, text: str):
    ledger = Ledger(str(tmp_path_factory.mktemp("ledger")))
    ledger.append({"fact": "prompt", "text": text})
    assert ledger.read()[0]["text"] == text


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_a_line_that_was_never_finished_is_no_line_and_the_next_writer_removes_it(
    ledger: Ledger, cut: int
):
    ledger.append(LINE)
    whole = Path(ledger.path).read_bytes()
    Path(ledger.path).write_bytes(whole + whole[:cut])
    assert facts(ledger) == ["prompt"]
    ledger.append({"fact": "stop", "accepted": True})
    assert facts(ledger) == ["prompt", "stop"]


def start(code: str, *arguments: object) -> subprocess.Popen[bytes]:
    """Another process that writes a ledger; `code` finds its arguments in `sys.argv[2:]`."""
    lead = "import sys; sys.path.insert(0, sys.argv[1])\nfrom pipeline_guard.ledger import *\n"
    command = [sys.executable, "-c", lead + code, str(HOOKS), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def test_a_writer_that_is_killed_at_any_moment_leaves_a_readable_ledger(tmp_path: Path):
    """Twenty writers are killed while they write as fast as they can."""
    code = (
        "ledger = Ledger(sys.argv[2])\n"
        "while True: ledger.append({'fact': 'prompt', 'text': 'x' * 3000})\n"
    )
    ledger = Ledger(str(tmp_path))
    for _ in range(20):
        before = len(ledger.read())
        with start(code, tmp_path) as writer:
            while len(ledger.read()) == before:
                assert writer.poll() is None
            writer.kill()
        ledger.append(LINE)
    texts = {str(line["text"]) for line in ledger.read()}
    assert texts == {"x" * 3000, "heal it"}


def test_writers_at_the_same_moment_lose_nothing(tmp_path: Path):
    code = (
        "for number in range(50):\n"
        "    Ledger(sys.argv[2]).append({'fact': 'prompt', 'text': f'{sys.argv[3]}-{number}'})\n"
    )
    writers = [start(code, tmp_path, who) for who in range(4)]
    assert [writer.communicate() and writer.returncode for writer in writers] == [0, 0, 0, 0]
    texts = [line["text"] for line in Ledger(str(tmp_path)).read()]
    assert sorted(texts) == sorted(f"{who}-{number}" for who in range(4) for number in range(50))


def test_what_another_process_adds_is_seen_by_one_that_goes_on(ledger: Ledger, tmp_path: Path):
    """A process that judges many events does not read the same lines again."""
    ledger.append(LINE)
    assert facts(ledger) == ["prompt"]
    add = "Ledger(sys.argv[2]).append({'fact': 'stop', 'accepted': True})"
    with start(add, tmp_path / "session") as other:
        assert other.wait() == 0
    ledger.append({"fact": "edit", "path": "/p"})
    assert facts(ledger) == ["prompt", "stop", "edit"]


def test_a_process_that_goes_on_sees_what_became_of_the_file(ledger: Ledger):
    ledger.append(LINE)
    assert facts(ledger) == ["prompt"]
    file = Path(ledger.path)
    file.write_bytes(file.read_bytes().replace(b'"fact"', b'"face"'))
    with pytest.raises(LedgerError, match="damaged in line 1"):
        ledger.read()
    file.unlink()
    assert facts(ledger) == []


def test_what_a_caller_does_to_the_lines_stays_with_the_caller(ledger: Ledger):
    ledger.append(LINE)
    ledger.read().clear()
    assert facts(ledger) == ["prompt"]


@pytest.mark.parametrize("damage", [b"{\n", b"[1]\n", b'{"no": "fact"}\n', b"\xff\xfe\n", b"\n"])
def test_a_damaged_line_makes_the_whole_ledger_unbelievable(ledger: Ledger, damage: bytes):
    ledger.append(LINE)
    with Path(ledger.path).open("ab") as file:
        file.write(damage)
    ledger.append(LINE)
    with pytest.raises(LedgerError, match="damaged in line 2"):
        ledger.read()


def test_a_ledger_that_cannot_be_opened_says_so(ledger: Ledger):
    Path(ledger.path).mkdir(parents=True)
    with pytest.raises(LedgerError, match="cannot be read"):
        ledger.read()
    with pytest.raises(LedgerError, match="cannot be written"):
        ledger.append(LINE)


def test_a_full_disk_leaves_the_ledger_as_it_was(ledger: Ledger, tmp_path: Path):
    """The limit on a file's size stands in for the disk's: a write stops in the middle."""
    ledger.append(LINE)
    before = Path(ledger.path).read_bytes()
    code = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))\n"
        "try: Ledger(sys.argv[2]).append({'fact': 'prompt', 'text': 'y' * 500})\n"
        "except LedgerError as error: print(error)\n"
    )
    said = start(code, tmp_path / "session", len(before) + 40).communicate()[0].decode()
    assert os.strerror(errno.EFBIG) in said
    assert Path(ledger.path).read_bytes() == before


def test_the_file_is_plain_json_lines(ledger: Ledger):
    ledger.append(LINE)
    (line,) = Path(ledger.path).read_text().splitlines()
    assert json.loads(line)["text"] == "heal it"
