"""Every recorded payload of every runtime becomes the same kind of event."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline_guard import events, runtimes
from pipeline_guard.events import Event, ToolCall, ToolResult
from pipeline_guard.runtimes import BadEvent, detect
from tests.runtimes.golden import every, payload, phase_option

CODEX, COPILOT, GEMINI = "codex-0.169.0", "copilot-1.0.102", "gemini-0.61.0"
OPENCODE, CLAUDE = "opencode-1.18.33", "claude-2.1.330"
ROOT = "5f11ad92-2c08-4805-ae3c-5e23264c5132"


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def parsed(version: str, name: str) -> Event:
    adapter = runtimes.adapter(version.partition("-")[0])
    return adapter.parse(payload(version, name), phase_option(version, name))


@pytest.mark.parametrize(("version", "name"), every())
def test_every_recorded_payload_is_read(version: str, name: str):
    event = parsed(version, name)
    assert event.runtime == version.partition("-")[0]
    assert event.session_id
    assert event.cwd.startswith("/home/ada/r")
    assert (event.tool is None) == (event.phase not in (events.BEFORE_TOOL, events.AFTER_TOOL))
    assert (event.result is None) == (event.phase != events.AFTER_TOOL)


@pytest.mark.parametrize(("version", "name"), every())
def test_the_payload_tells_its_runtime(version: str, name: str):
    """OpenCode's shim says who it is; every other runtime shares a hooks file with another."""
    told = detect.runtime(payload(version, name))
    assert told == ("" if version == OPENCODE else version.partition("-")[0])


@pytest.mark.parametrize(
    ("version", "name", "tool"),
    [
        (CODEX, "PreToolUse.Bash", ToolCall("Bash", {"command": "echo hi > ran.txt; echo OUT"})),
        (
            CODEX,
            "PreToolUse.apply_patch",
            ToolCall(
                "apply_patch",
                {"patch": "*** Begin Patch\n*** Add File: p.txt\n+hello\n*** End Patch"},
            ),
        ),
        (
            COPILOT,
            "PreToolUse.Bash",
            ToolCall("Bash", {"command": "echo hi > ran.txt; echo OUT", "description": "d"}),
        ),
        (
            COPILOT,
            "PreToolUse.Write",
            ToolCall("Write", {"file_path": "/home/ada/repo/cp1/a.txt", "content": "hello\n"}),
        ),
        (
            COPILOT,
            "preToolUse.create",
            ToolCall("Write", {"file_path": "/home/ada/repo/cp1/a.txt", "content": "hello\n"}),
        ),
        (
            COPILOT,
            "preToolUse.edit",
            ToolCall(
                "Edit",
                {
                    "file_path": "/home/ada/repo/cp1/a.txt",
                    "old_string": "hello",
                    "new_string": "bye",
                },
            ),
        ),
        (
            COPILOT,
            "preToolUse.view",
            ToolCall("Read", {"file_path": "/home/ada/repo/cp1/a.txt"}),
        ),
        (COPILOT, "PostToolUse.skill", ToolCall("Skill", {"skill": "rootskill"})),
        (
            GEMINI,
            "BeforeTool.run_shell_command",
            ToolCall("Bash", {"command": "echo hi > ran.txt; echo OUT", "description": "d"}),
        ),
        (
            GEMINI,
            "BeforeTool.replace",
            ToolCall("Edit", {"file_path": "a.txt", "old_string": "hello", "new_string": "bye"}),
        ),
        (
            OPENCODE,
            "tool.execute.before.edit",
            ToolCall(
                "Edit",
                {
                    "file_path": "/home/ada/repo/oc1/a.txt",
                    "old_string": "hello",
                    "new_string": "bye",
                },
            ),
        ),
        (
            OPENCODE,
            "tool.execute.before.task",
            ToolCall(
                "Agent",
                {"description": "s", "prompt": "SUBAGENT_PROMPT", "subagent_type": "general"},
            ),
        ),
    ],
)
def test_tools_get_the_names_that_the_rules_know(version: str, name: str, tool: ToolCall):
    found = parsed(version, name).tool
    assert found is not None
    assert found._replace(id="") == tool


@pytest.mark.parametrize(
    ("version", "name", "result"),
    [
        (CODEX, "PostToolUse.Bash", ToolResult(None, "OUT\n")),
        (COPILOT, "PostToolUse.Bash", ToolResult(True, "OUT", 0)),
        (COPILOT, "postToolUse.bash", ToolResult(True, "OUT", 0)),
        (COPILOT, "postToolUse.view", ToolResult(True, "bye\n")),
        (OPENCODE, "tool.execute.after.bash", ToolResult(True, "OUT\n", 0)),
        (CLAUDE, "PostToolUseFailure.Bash", ToolResult(False, "Exit code 3")),
    ],
)
def test_success_is_told_only_where_the_runtime_itself_tells_it(version, name, result):
    assert parsed(version, name).result == result


def test_success_is_never_read_from_what_a_command_printed():
    """Gemini mixes its own words with the command's; only a failure is believed."""
    event = parsed(GEMINI, "AfterTool.run_shell_command")
    assert event.result is not None
    assert event.result.ok is None
    patch = parsed(CODEX, "PostToolUse.apply_patch").result
    assert patch is not None
    assert patch.ok is True


@pytest.mark.parametrize(
    ("version", "field", "words", "ok"),
    [
        ("gemini", "llmContent", "Output: x\nExit Code: 1\nProcess Group PGID: 5", False),
        ("gemini", "llmContent", "Output: x\nProcess Group PGID: 5", None),
        ("copilot", "text_result_for_llm", "x\n<shellId: 0 completed with exit code 3>", False),
        ("copilot", "text_result_for_llm", "<shellId: 0 completed with exit code 0>\nx", None),
    ],
)
def test_a_failed_command_is_no_success(version: str, field: str, words: str, ok: bool | None):
    recorded, key = {
        "gemini": (payload(GEMINI, "AfterTool.run_shell_command"), "tool_response"),
        "copilot": (payload(COPILOT, "PostToolUse.Bash"), "tool_result"),
    }[version]
    recorded[key][field] = words
    result = runtimes.adapter(version).parse(recorded, "").result
    assert result is not None
    assert result.ok is ok


@pytest.mark.parametrize("name", ["PostToolUse.Bash.sub", "Stop.sub", "SubagentStop.sub"])
def test_a_subagent_belongs_to_its_parents_session(name: str):
    event = parsed(COPILOT, name)
    assert event.session_id == ROOT
    assert event.agent_id


def test_a_subagent_of_a_subagent_belongs_to_the_root():
    child = payload(COPILOT, "PostToolUse.Bash.sub")
    adapter = runtimes.adapter("copilot")
    adapter.parse(child, "")
    grandchild = {
        **child,
        "session_id": "g",
        "agent_id": "g",
        "parent_agent_id": child["agent_id"],
    }
    assert adapter.parse(grandchild, "").session_id == ROOT


def test_only_the_persons_own_words_are_a_prompt():
    """What a subagent is told comes from the parent's model."""
    said: dict[str, Any] = {
        "hook_event_name": "UserPromptSubmit",
        "session_id": "a",
        "timestamp": "2026-11-22T10:52:34.274Z",
        "cwd": "/home/ada/repo",
        "prompt": "delete the debug branches",
    }
    adapter = runtimes.adapter("copilot")
    assert adapter.parse(said, "").prompt == "delete the debug branches"
    told = adapter.parse({**said, "agent_id": "a", "parent_agent_id": "r"}, "")
    assert (told.phase, told.prompt) == (events.OTHER, "")


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("$self-healing-pipeline job 1", "/self-healing-pipeline job 1"),
        ("$self-healing-pipeline off", "/self-healing-pipeline off"),
        (
            "heal job 1 with $self-healing-pipeline now",
            "/self-healing-pipeline heal job 1 with $self-healing-pipeline now",
        ),
        ("about self-healing-pipeline", "about self-healing-pipeline"),
        ("$self-healing-pipeline-2", "$self-healing-pipeline-2"),
    ],
)
def test_codex_names_a_skill_with_a_dollar_sign(prompt: str, read: str):
    recorded = payload(CODEX, "UserPromptSubmit") | {"prompt": prompt}
    assert runtimes.adapter("codex").parse(recorded, "").prompt == read


@pytest.mark.parametrize(
    ("runtime", "tool", "known"),
    [
        ("opencode", "bauplan_run_query", "mcp__bauplan__run_query"),
        ("copilot", "bauplan-mcp-run_query", "mcp__bauplan-mcp__run_query"),
        ("codex", "mcp__bauplan__run_query", "mcp__bauplan__run_query"),
        ("opencode", "files_run_query", "files_run_query"),
        ("opencode", "run_query", "run_query"),
    ],
)
def test_the_bauplan_servers_tools_are_found(runtime: str, tool: str, known: str):
    recorded = {
        "opencode": payload(OPENCODE, "tool.execute.before.bash") | {"tool": tool},
        "copilot": payload(COPILOT, "PreToolUse.Bash") | {"tool_name": tool},
        "codex": payload(CODEX, "PreToolUse.Bash") | {"tool_name": tool},
    }[runtime]
    found = runtimes.adapter(runtime).parse(recorded, "").tool
    assert found is not None
    assert found.name == known


def test_gemini_says_which_server_a_tool_belongs_to():
    recorded = payload(GEMINI, "BeforeTool.read_file") | {
        "tool_name": "mcp_my_bauplan_run_query",
        "mcp_context": {"server_name": "my_bauplan", "tool_name": "run_query"},
    }
    found = runtimes.adapter("gemini").parse(recorded, "").tool
    assert found is not None
    assert found.name == "mcp__my_bauplan__run_query"


@pytest.mark.parametrize(
    ("version", "name", "change"),
    [
        (CODEX, "PreToolUse.Bash", {"hook_event_name": "BeforeEverything"}),
        (CODEX, "PreToolUse.Bash", {"tool_input": None}),
        (COPILOT, "PreToolUse.Write", {"tool_input": {"path": "a", "file_path": "b"}}),
        (COPILOT, "preToolUse.create", {"toolArgs": "{not json"}),
        (GEMINI, "BeforeTool.replace", {"cwd": ""}),
        (OPENCODE, "tool.execute.before.bash", {"hook": "tool.execute.instead"}),
        (OPENCODE, "tool.execute.before.bash", {"sessionID": None}),
    ],
)
def test_what_is_no_event_of_the_known_form_is_an_error(version: str, name: str, change):
    recorded = payload(version, name) | change
    with pytest.raises(BadEvent):
        runtimes.adapter(version.partition("-")[0]).parse(recorded, phase_option(version, name))


@pytest.mark.parametrize("version", [CODEX, COPILOT, GEMINI, OPENCODE])
def test_an_event_of_another_phase_than_the_hook_was_registered_for_is_an_error(version: str):
    """A tool call that comes to the hook of a harmless phase must not pass for one."""
    name = next(
        n for v, n in every() if v == version and n.lower().startswith(("pre", "before", "tool"))
    )
    with pytest.raises(BadEvent):
        runtimes.adapter(version.partition("-")[0]).parse(payload(version, name), "session-start")
