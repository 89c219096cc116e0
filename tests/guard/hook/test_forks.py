"""A conversation that goes on under another id in another process stays on, with its facts."""

from __future__ import annotations

import copy
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.guard.hook.conftest import Agent

FORBIDDEN = "git push origin main"


def message(**more: object) -> str:
    content = {"type": "user", "uuid": str(uuid.uuid4()), **more}
    return json.dumps(content, separators=(",", ":")) + "\n"


def leave_process(agent: Agent) -> None:
    """The agent process that healing started in has ended."""
    for marker in (agent.state / "armed").glob("process.*"):
        marker.unlink()


@pytest.fixture
def said(agent: Agent) -> Agent:
    """A conversation that began before it healed, as Claude Code tells of it."""
    agent.transcript.write_text(message(text="hello"))
    agent.environment["CLAUDE_CODE_SESSION_ID"] = agent.session_id
    assert agent.starts_healing().silent
    with agent.transcript.open("a") as file:
        file.write(message(text="heal"))
    agent.prompt("please delete demo.debug_1 at the end")
    leave_process(agent)
    return agent


def fork(agent: Agent, transcript: str) -> None:
    agent.session_id = str(uuid.uuid4())
    agent.environment["CLAUDE_CODE_SESSION_ID"] = agent.session_id
    agent.transcript = agent.transcript.with_name(f"{agent.session_id}.jsonl")
    agent.transcript.write_text(transcript)


def ledger(agent: Agent) -> list[dict[str, object]]:
    path = agent.state / "sessions" / agent.session_id / "ledger.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def strangers(agent: Agent) -> list[str]:
    return [path.name for path in (agent.state / "strangers").iterdir()]


def test_a_fork_in_another_process_is_on_and_knows_what_was_done(said: Agent):
    fork(said, said.transcript.read_text())
    assert said.before("Bash", command=FORBIDDEN).refused
    assert [line["fact"] for line in ledger(said)] == ["start", "prompt"]
    leave_process(said)
    fork(said, said.transcript.read_text())
    assert said.before("Bash", command=FORBIDDEN).refused, "a fork of the fork"


def test_two_forks_and_two_calls_of_each_at_once(said: Agent):
    """Every call is refused, and each fork takes the facts over once."""
    parent = said.transcript.read_text()
    forks = [copy.copy(said), copy.copy(said)]
    for one in forks:
        one.environment = dict(said.environment)
        fork(one, parent)
    with ThreadPoolExecutor(4) as pool:
        replies = pool.map(lambda one: one.before("Bash", command=FORBIDDEN), forks * 2)
    assert all(reply.refused for reply in replies)
    for one in forks:
        assert [line["fact"] for line in ledger(one)] == ["start", "prompt"]


def test_a_fork_in_the_same_process_goes_on_with_the_facts(said: Agent):
    """It is on before its transcript is there, so it has a ledger of its own by then."""
    assert said.starts_healing().silent
    parent = said.transcript.read_text()
    fork(said, "")
    said.transcript.unlink()
    said.prompt("try it in another way")
    assert [line["fact"] for line in ledger(said)] == ["start", "prompt"]
    said.transcript.write_text(parent)
    for _ in range(2):
        assert said.before("Bash", command=FORBIDDEN).refused
    assert [line["fact"] for line in ledger(said)] == ["start", "prompt", "prompt"]
    assert "please delete demo.debug_1" in str(ledger(said)[2])


def test_a_fork_from_before_the_healing_is_off(said: Agent):
    fork(said, said.transcript.read_text().splitlines(keepends=True)[0])
    assert said.before("Bash", command=FORBIDDEN).silent


def test_a_fork_of_a_healing_that_is_over_is_off(said: Agent):
    path = said.state / "sessions" / said.session_id / "ledger.jsonl"
    with path.open("a") as file:
        file.write('{"fact": "stop", "accepted": true, "valid": true}\n')
    fork(said, said.transcript.read_text())
    assert said.before("Bash", command=FORBIDDEN).silent


def test_another_conversation_is_looked_at_once(said: Agent):
    """Then the launcher lets it pass by itself, until the next healing starts."""
    fork(said, message(text="something else"))
    assert said.before("Bash", command=FORBIDDEN).silent
    assert strangers(said) == [said.session_id]
    (said.state / "interpreter").write_text("/bin/false\n/\n")
    assert said.before("Bash", command=FORBIDDEN).silent


def test_a_new_healing_makes_every_stranger_be_looked_at_again(said: Agent):
    first, transcript = said.session_id, said.transcript
    fork(said, message(text="something else"))
    assert said.before("Bash", command=FORBIDDEN).silent
    said.session_id, said.transcript = first, transcript
    assert said.starts_healing().silent
    assert strangers(said) == []


def test_what_is_on_through_its_process_stays_on_after_a_resume(healing: Agent):
    """Claude Code 2.1.197 starts a fork under the old id, and goes on under a new one."""
    healing.session_id = "another-id"
    assert healing.before("Bash", command=FORBIDDEN).refused
    leave_process(healing)
    assert healing.before("Bash", command=FORBIDDEN).refused
