"""The matrix holds: rule x tool x allow/deny, and its document is what the cases say."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline_guard.rulebook import HARD_RULES
from tests.guard import matrix
from tests.guard.matrix import MATRIX, TOOLS, Call

CELLS = [(key, tool) for key, row in MATRIX.items() for tool in row]


@pytest.fixture
def send(healing, tmp_path):
    """Sends a call of the matrix through the guard, in its state."""

    def state(name: str):
        if name == "unversioned":
            bare = type(healing)(tmp_path / "bare").inspected().evidence()
            return bare.knows(bauplan_branch="demo.debug_3f0c2a9e")
        if name == "branched":
            return healing.branched()
        healing.ready()
        if name in ("main", "feature"):
            healing.git("switch", "--quiet", *(["-c"] if name == "feature" else []), name)
        if name == "dirty":
            healing.write("pipeline/late.sql", "SELECT 2\n")
        return healing

    def filled(value: Any) -> Any:
        text = isinstance(value, str)
        return healing.fill(value.replace("{debug}", "demo.debug_{short}")) if text else value

    def sender(tool: str, call: Call):
        session = state(call.state)
        arguments = {name: filled(value) for name, value in call.arguments.items()}
        if "changed" in arguments:
            files = {path.name: path.read_text() for path in session.project.iterdir()}
            changed = arguments.pop("changed").items()
            files |= {name.replace("__", "."): text for name, text in changed}
            arguments["project_files"] = files
        return session.call(call.tool or tool, **arguments)

    return sender


def test_every_rule_meets_every_tool():
    assert list(MATRIX) == [rule.key for rule in HARD_RULES]
    assert all(set(row) == set(TOOLS) for row in MATRIX.values())


@pytest.mark.parametrize(("key", "tool"), CELLS)
def test_an_empty_cell_carries_its_reason(key: str, tool: str):
    cell = MATRIX[key][tool]
    assert bool(cell.reason) is (cell.denied is None or cell.allowed is None)


@pytest.mark.parametrize(("key", "tool"), [(k, t) for k, t in CELLS if MATRIX[k][t].denied])
def test_what_the_matrix_denies_is_denied_by_the_rule(send, key: str, tool: str):
    found = send(tool, MATRIX[key][tool].denied)
    assert found.decision == "deny"
    assert key in {finding.rule for finding in found.findings}, found


@pytest.mark.parametrize(("key", "tool"), [(k, t) for k, t in CELLS if MATRIX[k][t].allowed])
def test_what_the_matrix_allows_is_allowed(send, key: str, tool: str):
    found = send(tool, MATRIX[key][tool].allowed)
    assert found.decision == "allow", found


def test_the_document_is_made_from_the_cases():
    assert matrix.DOCUMENT.read_text() == matrix.render(), "run python -m tests.guard.matrix"
