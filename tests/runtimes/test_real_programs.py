"""Real agent programs, headless on loopback with a scripted model, under the installed guard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.runtimes import programs, table
from tests.runtimes.programs import NotInstalled, Program
from tests.runtimes.session import observe

IN_CI = ("claude", "codex", "gemini")
"""The quickest three; `make test-runtimes` runs them all."""


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Program:
    """The pinned program; a skip with the reason without Node, and outside CI without it."""
    try:
        return programs.installed(request.param)
    except NotInstalled as missing:
        no_node = "Node" in str(missing)
        if os.environ.get("CI") and not no_node:
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.mark.parametrize("program", IN_CI, indirect=True)
def test_a_real_program_lets_no_forbidden_call_through(program: Program, tmp_path: Path):
    """Forbidden, crashing, hanging, in a subagent, resumed: all are blocked, with the reason."""
    seen = observe(program, tmp_path)
    assert seen.errors == [], seen.printed
    assert table.faults(seen.cases) == [], seen.printed
    assert seen.cases == table.known()[program.title]


def test_the_table_in_the_documents_is_what_the_last_run_saw():
    page = table.PAGE.read_text()
    assert page == table.on_page(page, table.known())


def test_every_row_of_the_table_is_as_it_has_to_be():
    rows = table.known()
    assert {row.partition(" ")[0] for row in rows} == {
        "claude",
        "codex",
        "copilot",
        "gemini",
        "opencode",
    }
    assert [fault for held in rows.values() for fault in table.faults(held)] == []


def test_a_new_version_that_behaves_otherwise_is_named():
    """What the canary prints."""
    before = {"codex 1.0": {"allowed call": "ran", "guard hangs": "blocked"}}
    now = {"codex 2.0": {"allowed call": "ran", "guard hangs": "RAN"}}
    assert table.differences(now, before) == [
        "codex 2.0: guard hangs: RAN (the table says blocked)"
    ]
    assert table.differences(before, before) == []
