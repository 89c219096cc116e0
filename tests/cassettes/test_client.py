"""The Claude API client on recorded HTTP: what is played, and that nothing else can happen."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import vcr
import yaml
from vcr.cassette import Cassette

from agent_replay import redact
from self_heal.errors import ModelFailed
from tests.cassettes.conftest import (
    API,
    CONFIG,
    KEY,
    PROMPT,
    RECORDED,
    SAYS,
    Scripted,
    check_played,
    converse,
)
from tests.support.model_server import serve

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])


def playing(path: Path) -> Any:
    """A cassette with the tests' own settings, that records nothing."""
    return vcr.use_cassette(str(path), record_mode=vcr.mode.NONE, **CONFIG)


@pytest.mark.vcr
def test_the_client_plays_a_recorded_conversation(
    vcr: Cassette, address: str, record_mode: str
) -> None:
    """Three turns with two tool calls, streamed; all of the recording is played."""
    replies = converse(address)
    assert [reply.text for reply in replies] == [said.say for said in SAYS]
    calls = [call.input["command"] for reply in replies for call in reply.calls]
    assert calls == ["bauplan job get 42", "bauplan job logs 42"]
    if record_mode == "none":
        check_played(vcr)


def test_a_changed_prompt_is_not_in_the_recording(cassette_file: Path) -> None:
    """The body counts: another question gets no recorded answer."""
    with playing(cassette_file), pytest.raises(ModelFailed):
        converse(API, prompt=PROMPT + " Quickly.")


def test_a_conversation_that_ends_early_is_noticed(cassette_file: Path) -> None:
    """Every recorded turn must be played."""
    with playing(cassette_file) as cassette:
        converse(API, turns=2)
        with pytest.raises(AssertionError, match="played 2 of 3"):
            check_played(cassette)


@pytest.mark.parametrize("dropped", [0, 1, 2])
def test_a_turn_that_was_dropped_from_the_recording_is_missed(
    cassette_file: Path, tmp_path: Path, dropped: int
) -> None:
    """The client asks for it and gets nothing."""
    path = tampered(cassette_file, tmp_path, lambda turns: turns.pop(dropped))
    with playing(path), pytest.raises(ModelFailed):
        converse(API)


def test_turns_in_another_order_change_nothing_that_is_played(
    cassette_file: Path, tmp_path: Path
) -> None:
    """A request holds all that was said before, so it finds its own answer or none."""
    path = tampered(cassette_file, tmp_path, lambda turns: turns.reverse())
    with playing(path) as cassette:
        assert [reply.text for reply in converse(API)] == [said.say for said in SAYS]
        check_played(cassette)


def test_a_turn_is_played_once(cassette_file: Path) -> None:
    """The same question again, as a retry would ask it, has no second answer."""
    with playing(cassette_file):
        converse(API, turns=1)
        with pytest.raises(ModelFailed):
            converse(API, turns=1)


def test_a_server_that_is_up_is_not_reached(cassette_file: Path) -> None:
    """What is not recorded fails, though somebody listens and would answer."""
    script = Scripted()
    with serve(script) as url:
        with playing(cassette_file), pytest.raises(ModelFailed):
            converse(url, prompt="Something else.")
        assert script.asked == 0
        assert len(converse(url, turns=1)) == 1
        assert script.asked == 1


@pytest.mark.block_network
def test_the_network_is_blocked_where_there_is_no_cassette() -> None:
    """Even loopback: nothing can leave the test."""
    with serve(Scripted()) as url, socket.socket() as connection:
        port = int(url.rpartition(":")[2])
        with pytest.raises(RuntimeError, match="Network is disabled"):
            connection.connect(("127.0.0.1", port))


def test_no_key_is_in_a_recording(cassette_file: Path) -> None:
    """Neither the planted key nor anything that looks like one, nor where it was recorded."""
    text = cassette_file.read_text(encoding="utf-8")
    assert KEY not in text
    assert redact.scan(text, {}) == []
    assert "127.0.0.1" not in text
    assert redact.scan(f"x-api-key: {KEY}", {}) != []


def test_the_recorder_sees_the_clients_http_library() -> None:
    """Older ones let the client's requests through, unseen."""
    assert int(version("vcrpy").partition(".")[0]) >= 9


def tampered(path: Path, folder: Path, change: Callable[[list[Any]], object]) -> Path:
    """A copy of the cassette with its turns changed."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content["interactions"])
    target = folder / path.name
    target.write_text(yaml.safe_dump(content), encoding="utf-8")
    return target


@pytest.mark.parametrize("folder", [RECORDED.parent, RECORDED.parents[1] / "healer"])
def test_ci_never_records(cassette_file: Path, folder: Path) -> None:
    """Asked to record where the variable CI is set, nothing runs and the recording stays."""
    before = cassette_file.read_bytes()
    none = ["-n0", "--collect-only"]
    command = [sys.executable, "-m", "pytest", *none, "--record-mode=rewrite", str(folder)]
    done = subprocess.run(
        command, env={**os.environ, "CI": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "CI plays cassettes and never records" in done.stderr
    assert cassette_file.read_bytes() == before
