"""The audit log: every decision, no secret, never without end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline_guard import audit
from pipeline_guard.events import BEFORE_TOOL, Event, ToolCall
from pipeline_guard.verdicts import ALLOW, DENY, Finding, Verdict


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "self-healing-pipeline" / "audit"


def event(**arguments: object) -> Event:
    return Event(
        "claude", BEFORE_TOOL, "s1", "/repo", ToolCall("Bash", arguments), name="PreToolUse"
    )


@pytest.mark.usefixtures("log")
def test_decisions_are_kept_in_order():
    audit.record(event(command="ls"), Verdict(ALLOW))
    finding = Finding(DENY, "main_branch", "`git push`", "Do not.")
    audit.record(event(command="git push"), Verdict(DENY, (finding,)))
    first, second = audit.entries()
    assert (first["decision"], second["decision"]) == ("allow", "deny")
    assert second["findings"] == [["main_branch", "`git push`", "Do not."]]


SECRET = "s3cr3t-value-0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f"BAUPLAN_API_KEY={SECRET} bauplan info",
        f"export AWS_SECRET_ACCESS_KEY='{SECRET}'",
        f'curl -H "Authorization: Bearer {SECRET}" x',
        f'{{"api_key": "{SECRET}"}}',
        f"password: {SECRET}",
        f"echo sk-ant-{SECRET}",
        f"my_token = {SECRET}",
    ],
)
def test_what_looks_like_a_secret_is_masked(log: Path, text: str):
    audit.record(event(command=text), Verdict(DENY, (Finding(DENY, "guard", text, text),)))
    written = (log / "audit.jsonl").read_text()
    assert SECRET not in written
    assert audit.MASK in written


def test_the_values_of_secret_variables_are_masked_wherever_they_stand(
    log: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BAUPLAN_API_KEY", "a plain looking value")
    audit.record(event(command="echo a plain looking value", api_key="x"), Verdict(ALLOW))
    written = (log / "audit.jsonl").read_text()
    assert "plain looking" not in written
    assert '"api_key": "***"' in written


@pytest.mark.parametrize(
    "text", ["bauplan branch ls --name bpln-tx", "git commit -m 'Fix (job 1)'", "main@" + "0a" * 32]
)
def test_what_is_no_secret_stays_readable(text: str):
    assert audit.mask(text) == text


def test_the_log_is_rotated_and_three_old_files_are_kept(
    log: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(audit, "LARGEST", 2000)
    for number in range(200):
        audit.record(event(command=f"ls {number}"), Verdict(ALLOW))
    names = sorted(path.name for path in log.iterdir())
    assert names == ["audit.1.jsonl", "audit.2.jsonl", "audit.3.jsonl", "audit.jsonl"]
    commands = [entry["arguments"]["command"] for entry in audit.entries()]
    assert commands == [f"ls {number}" for number in range(200 - len(commands), 200)]


def test_a_line_that_was_cut_off_is_left_out(log: Path):
    audit.record(event(command="ls"), Verdict(ALLOW))
    with (log / "audit.jsonl").open("a") as file:
        file.write('{"decision": "al')
    assert [entry["decision"] for entry in audit.entries()] == ["allow"]


def test_long_arguments_are_cut(log: Path):
    audit.record(event(content="x" * 1_000_000), Verdict(ALLOW))
    assert len((log / "audit.jsonl").read_text()) < 10_000
    json.loads((log / "audit.jsonl").read_text())
