"""The answers, byte for byte: one minimal JSON object of the runtime's dialect, or silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline_guard import events, runtimes
from pipeline_guard.runtimes import Answer
from pipeline_guard.verdicts import ALLOW, ASK, DENY, Finding, Verdict
from tests.runtimes import codex_schemas
from tests.runtimes.golden import every, payload, phase_option

PROGRAMS = Path(__file__).parent / "programs"
SAID = 'Rule 1 (NEVER touch `main`): a "push" to ünïcode. Stop.'
TOLD = r'"Rule 1 (NEVER touch `main`): a \"push\" to \u00fcn\u00efcode. Stop."'
ASKED = "Rule 5 (NEVER clean up debug branches) needs the person's consent: x. Ask."
NO_ASKING = r"\nThis runtime cannot ask: stop, and let the person run it in a terminal."

NESTED = (
    '{"hookSpecificOutput":{"hookEventName":"PreToolUse",'
    '"permissionDecision":"%s","permissionDecisionReason":%s}}'
)
FLAT = '{"permissionDecision":"%s","permissionDecisionReason":%s}'
TOP = '{"decision":"deny","reason":%s}'
BLOCK = '{"decision":"block","reason":%s}'

deny = Verdict(DENY, (Finding(DENY, "main_branch", 'a "push" to ünïcode', "Stop"),))
ask = Verdict(ASK, (Finding(ASK, "keep_branches", "x", "Ask"),))


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def answer(verdict: Verdict, version: str, name: str) -> Answer:
    adapter = runtimes.adapter(version.partition("-")[0])
    event = adapter.parse(payload(version, name), phase_option(version, name))
    return adapter.emit(verdict, event)


@pytest.mark.parametrize(
    ("version", "name", "bytes_out"),
    [
        ("claude-2.1.197", "PreToolUse.Bash", NESTED % ("deny", TOLD)),
        ("claude-2.1.330", "PreToolUse.Write.sub", NESTED % ("deny", TOLD)),
        ("claude-2.1.330", "Stop", BLOCK % TOLD),
        ("claude-2.1.330", "ConfigChange", BLOCK % TOLD),
        ("codex-0.169.0", "PreToolUse.Bash", NESTED % ("deny", TOLD)),
        ("codex-0.169.0", "PreToolUse.apply_patch", NESTED % ("deny", TOLD)),
        ("codex-0.169.0", "Stop", BLOCK % TOLD),
        ("copilot-1.0.102", "PreToolUse.Bash", NESTED % ("deny", TOLD)),
        ("copilot-1.0.102", "preToolUse.bash", FLAT % ("deny", TOLD)),
        ("copilot-1.0.102", "Stop", BLOCK % TOLD),
        ("copilot-1.0.102", "agentStop", BLOCK % TOLD),
        ("gemini-0.61.0", "BeforeTool.run_shell_command", TOP % TOLD),
        ("gemini-0.61.0", "AfterAgent", TOP % TOLD),
        ("opencode-1.18.33", "tool.execute.before.bash", TOP % TOLD),
    ],
)
def test_a_refusal_is_one_minimal_object(version: str, name: str, bytes_out: str):
    assert answer(deny, version, name) == Answer(bytes_out)
    assert bytes_out.isascii()
    assert SAID in json.dumps(json.loads(bytes_out), ensure_ascii=False).replace('\\"', '"')


@pytest.mark.parametrize(
    ("version", "name", "bytes_out"),
    [
        ("claude-2.1.330", "PreToolUse.Bash", NESTED % ("ask", f'"{ASKED}"')),
        ("copilot-1.0.102", "PreToolUse.Bash", NESTED % ("ask", f'"{ASKED}"')),
        ("copilot-1.0.102", "preToolUse.bash", FLAT % ("ask", f'"{ASKED}"')),
        ("codex-0.169.0", "PreToolUse.Bash", NESTED % ("deny", f'"{ASKED}{NO_ASKING}"')),
        ("gemini-0.61.0", "BeforeTool.run_shell_command", TOP % f'"{ASKED}{NO_ASKING}"'),
        ("opencode-1.18.33", "tool.execute.before.bash", TOP % f'"{ASKED}{NO_ASKING}"'),
    ],
)
def test_a_question_is_a_refusal_where_it_would_run_or_hang(version, name, bytes_out):
    assert answer(ask, version, name) == Answer(bytes_out)


@pytest.mark.parametrize(("version", "name"), every())
def test_an_allow_is_silence(version: str, name: str):
    """It never approves for the person; only the shim of OpenCode wants to hear something."""
    silence = '{"decision":"allow"}' if version.startswith("opencode") else ""
    assert answer(Verdict(ALLOW), version, name) == Answer(silence)


CURSOR: dict[str, Any] = {
    "conversation_id": "c",
    "generation_id": "g",
    "workspace_roots": ["/home/ada/repo"],
    "cursor_version": "3.9.16",
}


def cursor(name: str, **fields: Any) -> events.Event:
    raw = {**CURSOR, "hook_event_name": name, **fields}
    return runtimes.adapter("cursor").parse(raw, "")


CURSOR_CALL = {"tool_name": "Shell", "tool_input": {"command": "git push"}, "cwd": "/home/ada"}


@pytest.mark.parametrize(
    ("name", "fields", "verdict", "bytes_out"),
    [
        (
            "preToolUse",
            CURSOR_CALL,
            deny,
            f'{{"permission":"deny","user_message":{TOLD},"agent_message":{TOLD}}}',
        ),
        ("preToolUse", CURSOR_CALL, Verdict(ALLOW), '{"permission":"allow"}'),
        (
            "beforeShellExecution",
            {"command": "ls", "cwd": "/"},
            Verdict(ALLOW),
            '{"permission":"allow"}',
        ),
        ("stop", {"status": "completed"}, deny, f'{{"followup_message":{TOLD}}}'),
        ("stop", {"status": "completed"}, Verdict(ALLOW), ""),
        (
            "beforeSubmitPrompt",
            {"prompt": "x"},
            deny,
            f'{{"continue":false,"user_message":{TOLD}}}',
        ),
    ],
)
def test_cursors_answers_are_flat_and_never_empty_before_a_call(name, fields, verdict, bytes_out):
    assert runtimes.adapter("cursor").emit(verdict, cursor(name, **fields)) == Answer(bytes_out)


@pytest.mark.parametrize(
    ("name", "fields", "tool", "arguments"),
    [
        ("preToolUse", CURSOR_CALL, "Bash", {"command": "git push"}),
        (
            "beforeShellExecution",
            {"command": "ls", "cwd": "/", "sandbox": False},
            "Bash",
            {"command": "ls"},
        ),
        (
            "beforeMCPExecution",
            {"tool_name": "run_query", "tool_input": '{"ref": "main"}', "command": "bauplan-mcp"},
            "mcp__bauplan__run_query",
            {"ref": "main"},
        ),
        (
            "preToolUse",
            {"tool_name": "MCP:run_query", "tool_input": {}},
            "mcp__unknown__run_query",
            {},
        ),
        (
            "preToolUse",
            {"tool_name": "Delete", "tool_input": {"path": "a"}},
            "delete",
            {"file_path": "a"},
        ),
        ("beforeReadFile", {"file_path": "a", "content": "x"}, "Read", {"file_path": "a"}),
    ],
)
def test_cursors_calls_get_the_names_that_the_rules_know(name, fields, tool, arguments):
    found = cursor(name, **fields).tool
    assert found is not None
    assert (found.name, found.arguments) == (tool, arguments)


def test_cursors_subagent_belongs_to_its_parents_session():
    event = cursor("preToolUse", **CURSOR_CALL, parent_conversation_id="root")
    assert (event.session_id, event.agent_id) == ("root", "c")


@pytest.fixture(scope="module")
def schemas() -> Callable[[str], Any]:
    """The schemas of the installed Codex; skipped where it is not installed."""
    program = PROGRAMS / "codex" / "node_modules"
    if not program.exists():
        pytest.skip("Codex is not installed: run `make test-runtimes` once")
    found = codex_schemas.of(program)
    return lambda title: found[title]


@pytest.mark.parametrize("verdict", [deny, ask])
@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("PreToolUse.Bash", "pre-tool-use"),
        ("PreToolUse.apply_patch", "pre-tool-use"),
        ("Stop", "stop"),
        ("UserPromptSubmit", "user-prompt-submit"),
    ],
)
def test_codexs_own_schemas_accept_its_answers(schemas, verdict, name: str, title: str):
    """One key too many, and Codex runs the call."""
    sent = payload("codex-0.169.0", name)
    jsonschema.validate(sent, schemas(f"{title}.command.input"))
    answered = json.loads(answer(verdict, "codex-0.169.0", name).stdout)
    schema = schemas(f"{title}.command.output")
    jsonschema.validate(answered, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**answered, "verdict": "deny"}, schema)
