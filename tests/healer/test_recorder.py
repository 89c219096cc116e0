"""The headless healer writes its session down as a transcript, as it goes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from agent_replay import invariants, judge, redact, replay, transcript
from agent_replay.transcript import Transcript
from healer import recorder
from self_heal.stage import Stage
from tests.healer import headless
from tests.healer.api import Request, Say, call, results_in, serve
from tests.healer.conftest import KEY


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage on which everything repeats."""
    with replay.seeded("schema-drift") as made:
        yield made


def written(stage: Stage) -> Transcript:
    """The transcript of the one healing on a stage."""
    (path,) = stage.folder.rglob(recorder.FILE)
    assert redact.scan(path.read_text(), {**stage.environment, "ANTHROPIC_API_KEY": KEY}) == []
    return transcript.read(path)


def of_scenario(session: Transcript, name: str) -> Transcript:
    """The session with the scenario that it worked on."""
    part = transcript.Part(name=name)
    versions = session.header.versions.model_copy(update={"scenario": part})
    return session.model_copy(
        update={"header": session.header.model_copy(update={"versions": versions})}
    )


def test_a_healing_is_replayed_as_the_same_session(stage: Stage) -> None:
    """Each call, verdict, result and the end; judged alone no decision has changed."""
    agent = headless.session(stage)
    events, code = headless.heal(stage, agent)
    assert code == 0, events[-1]
    session = of_scenario(written(stage), "schema-drift")
    assert [turn.call.tool for turn in session.turns] == [turn.call.tool for turn in agent.turns]
    assert session.header.origin.kind == "live"
    assert session.end is not None
    assert session.end.stop == transcript.Verdict()
    assert invariants.faults(session) == []
    assert judge.judge(session) == judge.Judged(len(session.turns) + 1, (), ())
    assert [one.diff() for one in replay.replay(session).differences] == []


def test_a_healing_that_is_killed_leaves_what_had_ended(stage: Stage) -> None:
    """And goes on with the same file when it is resumed."""
    reached = stage.folder / "reached"

    def answer(request: Request) -> Say:
        done = len(results_in(request))
        if done == 2 and not reached.exists():
            return Say([call("Bash", command=f"cat {fifo}")])
        if done < 2:
            return Say([call("Bash", command="git status --short")])
        return Say([call("AskUserQuestion", question="Enough?")])

    fifo = stage.repo / "debug" / "fifo"
    fifo.parent.mkdir(exist_ok=True)
    os.mkfifo(fifo)
    with serve(answer) as api:
        environment = {
            **stage.environment,
            "ANTHROPIC_BASE_URL": api.url,
            "ANTHROPIC_API_KEY": KEY,
        }
        words = ["self-heal", "run", "--job", stage.job, "--json"]
        process = subprocess.Popen(
            words, cwd=stage.repo, env=environment, stdout=subprocess.PIPE, start_new_session=True
        )
        with process, fifo.open("w"):  # opens when the third call reads it
            os.killpg(process.pid, signal.SIGKILL)
        before = written(stage)
        reached.touch()
        done = headless.program(stage, "run", "--resume", "--json", url=api.url)
    assert [turn.call.input["command"] for turn in before.turns] == ["git status --short"] * 2
    assert before.end is None
    after = written(stage)
    assert after.turns[:2] == before.turns
    assert len(after.turns) == 3
    assert after.end is not None, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["outcome"] == "not healed"
