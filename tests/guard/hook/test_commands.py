"""`self-heal guard …` as a person or an agent types it: the real command line, the real state."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guard.hook.conftest import Agent

PROGRAM = Path(sys.executable).parent / "self-heal"


def guard(
    agent: Agent, *words: str, given: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "guard", *words],
        input=given,
        capture_output=True,
        text=True,
        env={**agent.environment, **variables},
        cwd=agent.repo,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "verdict", "words"),
    [
        ("git status", "allow", "RunGit"),
        ("git push origin main", "deny", "Rule 1"),
        ('bauplan query --ref main "SELECT 1"', "deny", "Rule 3"),
        ("cat a | tee ../b && $(c)", "deny", "Rule"),
        ("", "deny", ""),
        ("'", "deny", ""),
    ],
)
def test_explain_tells_effects_opinions_and_verdict(
    agent: Agent, command: str, verdict: str, words: str
):
    done = guard(agent, "explain", command)
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if verdict == "allow" else 1), done.stderr
    assert verdict in done.stdout.lower()
    assert words.lower() in done.stdout.lower()
    found = json.loads(guard(agent, "explain", "--json", command).stdout)
    assert found["verdict"] == verdict


def test_explain_says_so_where_a_rule_cannot_judge(agent: Agent):
    """Without the bauplan program its command line is not known."""
    agent.environment["PATH"] = "/usr/bin:/bin"
    done = guard(agent, "explain", "bauplan branch rm demo.debug_1")
    assert (done.returncode, done.stderr) == (1, "")
    assert "cannot judge: No bauplan program is found" in done.stdout
    assert "verdict  deny" in done.stdout


def test_check_answers_as_the_hook_does(agent: Agent):
    event = agent.event("PreToolUse", tool_name="Bash", tool_input={"command": "git push"})
    assert guard(agent, "check", given=json.dumps(event)).stdout == ""
    judged = guard(agent, "check", "--active", given=json.dumps(event))
    assert (judged.returncode, '"deny"' in judged.stdout) == (0, True)
    broken = guard(agent, "check", "--active", given="{")
    assert (broken.returncode, broken.stdout) == (2, "")
    assert "not JSON" in broken.stderr


def test_log_shows_the_decisions(healing: Agent):
    healing.before("Bash", command="ls")
    healing.before("Bash", command="git push origin main")
    assert "git push origin main" in guard(healing, "log").stdout
    denied = guard(healing, "log", "--denied", "--json").stdout.splitlines()
    assert [json.loads(line)["decision"] for line in denied] == ["deny"]
    assert guard(healing, "log", "--last", "0").stdout == ""


def test_status_tells_a_person_whether_healing_is_on(agent: Agent):
    off = guard(agent, "status")
    assert (off.returncode, "Healing is off" in off.stdout) == (1, True)
    agent.starts_healing()
    for marker in (agent.state / "armed").iterdir():
        forgotten = json.loads(marker.read_text()) | {"process": ""}
        marker.write_text(json.dumps(forgotten))  # as typed outside of the process that heals
    on = guard(agent, "status")
    assert (on.returncode, "Healing is on" in on.stdout) == (0, True)
    told = dict(line.strip().partition(": ")[::2] for line in on.stdout.splitlines()[1:6])
    assert list(told) == ["bauplan", "user", "active branch", "git", "project"]
    assert told["user"].startswith("unknown: ")  # nobody answers at this account's endpoint
    assert json.loads(guard(agent, "status", "--json").stdout)["sees_calls"] is None


def test_status_inside_an_agent_needs_the_guard_to_have_seen_that_very_call(healing: Agent):
    """Without hooks nothing has: the session must not go on."""
    inside = {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": healing.session_id}
    blind = guard(healing, "status", **inside)
    assert (blind.returncode, "did not see this call" in blind.stdout) == (1, True)
    healing.before("Bash", command="ls")
    assert guard(healing, "status", **inside).returncode == 1
    assert healing.before("Bash", command="self-heal guard status").silent
    seen = guard(healing, "status", **inside)
    assert (seen.returncode, "did not see" in seen.stdout) == (0, False)


def test_status_tells_of_a_damaged_ledger(healing: Agent):
    next((healing.state / "sessions").glob("*/ledger.jsonl")).write_text("damaged\n")
    told = guard(healing, "status", CLAUDE_CODE_SESSION_ID=healing.session_id)
    assert "damaged in line 1" in told.stdout
    assert "Traceback" not in told.stderr
