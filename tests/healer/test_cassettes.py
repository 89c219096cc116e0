"""Sessions recorded over HTTP and replayed without a network: our use of the API's client.

`pytest tests/healer/test_cassettes.py --record-mode=rewrite` records the scripted ones anew;
`pytest tests/healer/test_cassettes.py --record-mode=rewrite -m live` with a key records a session
with the real API. Each cassette says in its answers where it comes from.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from vcr.request import Request as Recorded

from healer import heal
from healer.budget import Budget
from healer.heal import Settings
from healer.progress import silent
from tests.healer.api import ORIGIN, Fails, Say, Script, call, in_turn, serve, text
from tests.healer.conftest import JOB, KEY

CASSETTES = Path(__file__).parent / "cassettes"
OF_THE_ACCOUNT = ("anthropic-organization-id", "set-cookie", "cf-ray")
NOWHERE = "http://127.0.0.1:9"
LOOKS = Say(
    [
        text("I look at the project and at git."),
        call("Bash", command="ls"),
        call("Read", file_path="models.py"),
        call("Bash", command="git push origin main"),
    ]
)
ASKS = Say([text("Nobody told me more."), call("AskUserQuestion", question="Which job is it?")])


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    """All of the healer's cassettes lie in one folder."""
    return str(CASSETTES)


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    """No key is written down; a request fits by its path and by the form of its conversation."""
    return {
        "filter_headers": ["x-api-key", "authorization", "user-agent", "host"],
        "match_on": ["method", "path", "conversation"],
        "decode_compressed_response": True,
        "before_record_request": without_the_machine,
        "before_record_response": without_the_account,
    }


def without_the_machine(request: Recorded) -> Recorded:
    """The skill's text is in the repository already; it and the results name folders of here."""
    if not request.body:
        return request
    body = json.loads(request.body)
    body["system"] = "(SKILL.md)"
    for message in body["messages"]:
        for block in message["content"]:
            if block["type"] == "tool_result":
                block["content"] = "(result)"
    request.body = json.dumps(body).encode()
    return request


def without_the_account(response: dict[str, Any]) -> dict[str, Any]:
    """Whose key it was recorded with is nobody's business."""
    kept = {n: v for n, v in response["headers"].items() if n.lower() not in OF_THE_ACCOUNT}
    return {**response, "headers": kept}


def conversation(recorded: Recorded, sent: Recorded) -> None:
    """Both have the same messages but for texts: folders of this machine are in those."""
    assert shape(recorded) == shape(sent)


def shape(request: Recorded) -> Any:
    """Model, tools, and each block's kind with what must not change in it."""
    body = json.loads(request.body)
    blocks = [
        (message["role"], block["type"], block.get("name"), block.get("input"), block.get("id"))
        for message in body["messages"]
        for block in message["content"]
    ]
    return body["model"], [tool["name"] for tool in body["tools"]], blocks


Record = Callable[[Script], tuple[heal.Outcome, str]]


@pytest.fixture
def recorded(project: Path, record_mode: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    """Heals against the scripted model while recording, against the cassette otherwise."""

    def run(script: Script) -> tuple[heal.Outcome, str]:
        name = heal.begin(JOB, project)
        settings = Settings(Budget(turns=6), retries=2, pause=0.0)
        if record_mode == "none":
            monkeypatch.setenv("ANTHROPIC_BASE_URL", NOWHERE)
            return heal.heal(name, KEY, settings, silent), name
        with serve(script) as api:
            monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
            return heal.heal(name, KEY, settings, silent), name

    return run


@pytest.mark.vcr
def test_scripted_session_ends_as_it_did(recorded: Record) -> None:
    """Three calls in one answer, one of them denied, then a question."""
    found, _ = recorded(in_turn(LOOKS, ASKS))
    assert found.why == "ambiguous: Which job is it?"


@pytest.mark.vcr
def test_scripted_errors_are_passed_by(recorded: Record) -> None:
    """429, then 529, then an answer."""
    busy = Fails(429, "rate_limit_error"), Fails(529, "overloaded_error")
    found, _ = recorded(in_turn(*busy, ASKS))
    assert found.why == "ambiguous: Which job is it?"


@pytest.mark.live
@pytest.mark.vcr
def test_live_session_keeps_to_the_form(
    project: Path, record_mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two turns of the default model: it keeps to the form, and its calls to the tools."""
    key = os.environ.get("ANTHROPIC_API_KEY", "")
    if (
        record_mode == "none"
        and not (CASSETTES / "test_live_session_keeps_to_the_form.yaml").exists()
    ):
        pytest.skip("not recorded yet: needs ANTHROPIC_API_KEY and --record-mode=rewrite -m live")
    if record_mode != "none" and not key:
        pytest.skip("recording against the real API needs ANTHROPIC_API_KEY")
    if record_mode == "none":
        monkeypatch.setenv("ANTHROPIC_BASE_URL", NOWHERE)
    name = heal.begin(JOB, project)
    found = heal.heal(name, key or KEY, Settings(Budget(turns=2, dollars=0.5)), silent)
    assert found.kind in ("budget", "not healed")


def test_every_cassette_says_where_it_comes_from_and_keeps_no_key() -> None:
    """A scripted one in each answer; a live one has the API's own request id instead."""
    paths = sorted(CASSETTES.glob("*.yaml"))
    assert len(paths) >= 2
    for path in paths:
        raw = path.read_text()
        assert "sk-ant" not in raw
        for exchange in yaml.safe_load(raw)["interactions"]:
            headers = {k.lower(): v for k, v in exchange["response"]["headers"].items()}
            assert "x-api-key" not in {k.lower() for k in exchange["request"]["headers"]}
            assert not set(OF_THE_ACCOUNT) & set(headers)
            assert json.loads(exchange["request"]["body"])["system"] == "(SKILL.md)"
            if path.name.startswith("test_scripted_"):
                assert headers["x-recorded-from"] == [ORIGIN]
            else:
                assert "request-id" in headers
