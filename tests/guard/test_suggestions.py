"""Each command that a denial proposes is one that the guard lets pass, there and then."""

from __future__ import annotations

import re

import pytest

from pipeline_guard.rulebook import RULES
from pipeline_guard.verdicts import Verdict
from tests.guard import test_gate, test_rules_files, test_rules_git, test_rules_main
from tests.guard import test_rules_queries as queries

COMMAND = re.compile(r"`((?:bauplan|git|self-heal|mkdir) [^`]*)`")
DENIED = [
    *(example for rule in RULES.values() for example in rule.denied),
    *test_rules_main.BAUPLAN_DENIED,
    *test_rules_main.GIT_DENIED,
    *test_rules_git.REWRITES,
    *test_rules_git.OTHER_DENIED,
    *queries.MOVING,
    *queries.UNBOUNDED,
    *queries.UNKNOWN,
    *test_gate.LOOSE,
    *test_rules_files.TestKeepBranches.REMOVALS,
    *test_rules_files.SCRIPTS,
    *test_rules_files.SECRETS,
    "bauplan run --ref demo.debug_{short} --project-dir pipeline",
]


def fresh(healing):
    return healing


def inspected(healing):
    return healing.inspected()


def unpinned(healing):
    return healing.inspected().knows(pinned="", working_ref="")


def branched(healing):
    return healing.branched()


def astray(healing):
    healing.ready()
    healing.git("switch", "--quiet", "-c", "feature")
    return healing


def ready(healing):
    return healing.ready()


def dirty(healing):
    healing.ready()
    healing.write("pipeline/late.sql", "SELECT 2\n")
    return healing


def committed(healing):
    dirty(healing)
    healing.git("commit", "-qam", "Fix")
    own = healing.git("rev-parse", "HEAD")
    return healing.knows(commits=(own,), code_changed=True, snapshot_done=True)


def proposed(found: Verdict) -> list[str]:
    """The commands in what a verdict says to do; a placeholder is for the agent to fill in."""
    told = [command for f in found.findings for command in COMMAND.findall(f.do)]
    return [command for command in told if "<" not in command and "…" not in command]


STATES = [fresh, inspected, unpinned, branched, astray, ready, dirty, committed]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_no_proposed_command_is_refused(healing, state):
    session = state(healing)
    judged: dict[str, str] = {}
    for wrong in DENIED:
        for command in proposed(session.bash(session.fill(wrong))):
            if command not in judged:
                judged[command] = session.bash(command).decision
            assert judged[command] != "deny", (wrong, command, session.bash(command))
    assert len(judged) >= 3


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("Edit", {"file_path": "pipeline/models.py", "old_string": "delay", "new_string": "d"}),
        ("Write", {"file_path": "pipeline/probe.py", "content": "x"}),
        ("Write", {"file_path": "NOTES.md", "content": "x"}),
        ("Read", {"file_path": ".env"}),
        ("mcp__bauplan__run_query", {"query": "SELECT 1"}),
        ("mcp__bauplan__project_run", {"project_dir": ".", "ref": "main"}),
        ("mcp__bauplan__create_branch", {"branch": "main", "from_ref": "main"}),
    ],
)
def test_no_proposed_command_of_another_tools_denial_is_refused(healing, state, tool, arguments):
    session = state(healing)
    for command in proposed(session.call(tool, **arguments)):
        assert session.bash(command).decision != "deny", command


def test_every_denial_says_what_to_do_instead(healing):
    healing.ready()
    for wrong in DENIED:
        found = healing.bash(healing.fill(wrong))
        assert all(len(finding.do) > 8 for finding in found.findings), wrong
