"""A healing that was killed goes on from its transcript, and does nothing twice."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from healer import heal, journal
from healer.heal import Settings
from healer.journal import Journal
from healer.progress import silent
from pipeline_guard import home
from self_heal.errors import BadInput, InTheWay
from tests.healer.api import Api, Request, Say, call, results_in, serve
from tests.healer.conftest import JOB, KEY, Heals

END = Say([call("AskUserQuestion", question="Enough?")])
SELF_HEAL = Path(sys.executable).with_name("self-heal")


MAKES = call("Bash", command="mkdir -p debug/job debug/data_snapshot")


def script(request: Request) -> Say:
    """Keeps no state: the next call follows from how many results there are."""
    done = len(results_in(request))
    return Say([MAKES]) if done < 5 else END


def transcript(session: str) -> list[str]:
    """The lines of a healing's transcript."""
    return (journal.folder_of(session) / journal.FILE).read_text().splitlines()


def test_killed_after_any_line_it_goes_on_to_the_same_end(heals: Heals) -> None:
    """Cut off behind each line, and in the middle of one: every call has run once at most."""
    whole = heals(script)
    session = whole.of("start")[0]["session"]
    lines = transcript(session)
    for count in range(1, len(lines)):
        name = f"cut-{count}"
        path = journal.folder_of(name) / journal.FILE
        path.write_text("\n".join(lines[:count]) + '\n{"entry": "resu')
        seen = heals(script, session=name)
        assert seen.outcome.why == "ambiguous: Enough?", count
        again = [json.loads(line) for line in transcript(name)]
        begun = [entry["id"] for entry in again if entry["entry"] == "call"]
        assert len(begun) == len(set(begun)) == 5, count
        _well_formed(seen.api.requests[-1] if seen.api.requests else whole.api.requests[-1])


def _well_formed(request: Request) -> None:
    """Every call has its result in the next message, as the API demands."""
    messages = request["messages"]
    for asked, answered in itertools.pairwise(messages):
        calls = [b["id"] for b in asked["content"] if b["type"] == "tool_use"]
        results = [b["tool_use_id"] for b in answered["content"] if b["type"] == "tool_result"]
        assert calls == results
        assert asked["role"] != answered["role"]


def test_a_call_that_was_running_is_not_run_again(heals: Heals, project: Path) -> None:
    """The model is told that nobody knows, and looks for itself."""
    name = heal.begin(JOB, project)
    log = Journal(name)
    asked = {**MAKES, "id": "toolu_0000"}
    log.add(
        "message",
        role="assistant",
        content=[asked],
        stop="tool_use",
        usage=[1, 0, 0, 1],
    )
    log.add("call", id="toolu_0000")
    log.close()
    seen = heals(lambda _request: END, session=name)
    (result,) = seen.api.results
    assert "not known whether it took effect" in result["content"]
    assert not (project / "debug").exists()


def test_limits_count_over_a_resume(heals: Heals) -> None:
    """What was spent before the kill is spent."""
    first = heals(script, turns=2)
    second = heals(script, session=first.of("start")[0]["session"], turns=3)
    assert [seen.outcome.kind for seen in (first, second)] == ["budget", "budget"]
    assert len(second.api.requests) == 1


def test_two_processes_do_not_heal_the_same(project: Path) -> None:
    """The second one is told, and changes nothing."""
    name = heal.begin(JOB, project)
    log = Journal(name)
    try:
        with pytest.raises(InTheWay, match="running in another process"):
            heal.heal(name, KEY, Settings(), silent)
    finally:
        log.close()


def test_a_damaged_transcript_is_not_guessed_at(project: Path) -> None:
    """A line that was whole and cannot be read ends it before anything is done."""
    name = heal.begin(JOB, project)
    path = journal.folder_of(name) / journal.FILE
    path.write_text(path.read_text() + "no json\n")
    with pytest.raises(BadInput, match=":2 is damaged"):
        heal.heal(name, KEY, Settings(), silent)


def test_a_damaged_ledger_ends_it_as_an_error(heals: Heals) -> None:
    """Without its facts nothing can be judged: one sentence, and no call has run."""
    session = heals(lambda _request: END).of("start")[0]["session"]
    path = Path(home.state_folder(), "sessions", session, "ledger.jsonl")
    good = path.read_text()

    def damages(_request: Request) -> Say:
        path.write_text(good + "no json\n")
        return Say([MAKES])

    seen = heals(damages, session=session, answer="a1")
    assert seen.outcome.kind == "error"
    assert "damaged" in seen.outcome.why


def started(api: Api, project: Path, *words: str) -> subprocess.Popen[str]:
    """`self-heal run` as a process of its own."""
    environment: Mapping[str, str] = {
        **os.environ,
        "ANTHROPIC_BASE_URL": api.url,
        "ANTHROPIC_API_KEY": KEY,
    }
    return subprocess.Popen(
        [str(SELF_HEAL), "run", *words],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_ctrl_c_ends_with_where_it_stands(project: Path, number: signal.Signals) -> None:
    """The running command is stopped, and the words say how to go on."""
    (project / "fifo.sql").unlink(missing_ok=True)
    os.mkfifo(project / "fifo.sql")
    hangs = Say([call("Bash", command="cat fifo.sql")])
    name = heal.begin(JOB, project)
    with serve(lambda _request: hangs) as api:
        process = started(api, project, "--resume", name)
        with (project / "fifo.sql").open("w"):  # opens once the command reads it
            process.send_signal(number)
            output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    *_, stands, advice, last = output.splitlines()
    assert stands.startswith("turn 1 · step 0 safety check · ")
    assert (advice, last) == (f"go on with: self-heal run --resume {name}", "interrupted")
    assert "Traceback" not in output


def test_resume_on_the_command_line(project: Path) -> None:
    """Killed at once, then resumed without naming it: it goes on with the last one."""
    with serve(script) as api:
        name = heal.begin(JOB, project)
        first = started(api, project, "--resume", name, "--max-turns", "2")
        first.communicate(timeout=60)
        second = started(api, project, "--resume", "--json")
        output, _ = second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (12, 10), output
    end = json.loads(output.splitlines()[-1])
    assert end["event"] == "end"
    assert end["why"] == "ambiguous: Enough?"
    assert len(api.requests) == 6


def test_a_person_answers_the_question_it_ended_with(heals: Heals) -> None:
    """The answer is the question's result, and the healing goes on with it."""
    asks = Say([call("AskUserQuestion", question="Job a1 or b2?")])
    first = heals(lambda _request: asks)
    second = heals(
        lambda _request: END, session=first.of("start")[0]["session"], answer="b2, please"
    )
    (result,) = second.api.results
    assert result["content"] == "b2, please"
    assert second.outcome.why == "ambiguous: Enough?"
