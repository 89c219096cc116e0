"""Recorded HTTP of the Claude API client: what counts as the same request, and what is kept of it.

A cassette is recorded once, against a scripted model on loopback, with
`pytest tests/cassettes --record-mode=once`; every other run plays it and lets nothing out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import pytest
from vcr.cassette import Cassette
from vcr.request import Request

from healer.model import Model, Reply
from tests.support.conversation import Conversation, ToolUse
from tests.support.conversation import Reply as Said
from tests.support.model_server import serve

RECORDED = Path(__file__).parent / "recorded"
API = "https://api.anthropic.com"
KEY = "sk-ant-api03-planted-key-that-no-cassette-may-hold"
SYSTEM = "You heal a failed pipeline."
PROMPT = "Job 42 failed. Find out why."
TOOLS = [
    {
        "name": "bash",
        "description": "Run a command.",
        "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}},
    }
]
SAYS = (
    Said("First the job.", ToolUse("bash", {"command": "bauplan job get 42"})),
    Said("Then its logs.", ToolUse("bash", {"command": "bauplan job logs 42"})),
    Said("A column has changed its type."),
)
RESULTS = ("Status: Failed", "ArrowNotImplementedError: no kernel for text")
_KEPT_HEADERS = ("content-type",)


def only_what_matters(request: Request) -> Request:
    """Without the port of the scripted model, without headers: they may hold a key."""
    request.uri = f"{API}{request.path}"
    request.headers = {k: v for k, v in request.headers.items() if k.lower() in _KEPT_HEADERS}
    return request


def only_the_answer(response: dict[str, Any]) -> dict[str, Any]:
    """Headers of the answer tell the day and the account."""
    headers = response["headers"]
    response["headers"] = {k: v for k, v in headers.items() if k.lower() in _KEPT_HEADERS}
    return response


CONFIG: dict[str, Any] = {
    "match_on": ["method", "path", "body"],
    "filter_headers": ["x-api-key", "authorization"],
    "before_record_request": only_what_matters,
    "before_record_response": only_the_answer,
    "decode_compressed_response": True,
    "allow_playback_repeats": False,
}


@pytest.fixture(scope="session")
def vcr_config() -> dict[str, Any]:
    """How pytest-recording records and matches."""
    return CONFIG


@pytest.fixture
def vcr_cassette_dir() -> str:
    """Where the recordings lie."""
    return str(RECORDED)


def check_played(cassette: Cassette) -> None:
    """Every recorded turn was played, once, in the order of the recording."""
    assert cassette.all_played, f"played {cassette.play_count} of {len(cassette)} recorded turns"
    assert set(cassette.play_counts.values()) <= {1}


class Scripted:
    """The model behind the recording."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.asked = 0

    def reply(self, conversation: Conversation) -> Said:
        """The next of `SAYS`."""
        self.asked += 1
        return SAYS[len(conversation.results)]


@pytest.fixture
def address(record_mode: str) -> Iterator[str]:
    """The API's own address; while recording a scripted model on loopback."""
    if record_mode == "none":
        yield API
        return
    with serve(Scripted()) as url:
        yield url


def converse(address: str, prompt: str = PROMPT, turns: int = len(SAYS)) -> list[Reply]:
    """A conversation of the healer's own client, which asks each thing once."""
    with anthropic.Anthropic(api_key=KEY, base_url=address, max_retries=0) as client:
        model = Model(client, "claude-test", watch=lambda _: None, pause=0.0)
        messages: list[dict[str, Any]] = [_said_by_user({"type": "text", "text": prompt})]
        replies: list[Reply] = []
        for turn in range(turns):
            reply = model.ask(SYSTEM, TOOLS, messages, 1000)
            replies.append(reply)
            messages.append({"role": "assistant", "content": reply.content})
            messages += [_answer(call.id, RESULTS[turn]) for call in reply.calls]
    return replies


def _answer(call_id: str, text: str) -> dict[str, Any]:
    return _said_by_user({"type": "tool_result", "tool_use_id": call_id, "content": text})


def _said_by_user(block: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": [block]}


@pytest.fixture
def cassette_file() -> Path:
    """The recording of `test_the_client_plays_a_recorded_conversation`."""
    return RECORDED / "test_the_client_plays_a_recorded_conversation.yaml"
