"""The guard never fails open: whatever breaks while healing is on is a refusal with a reason."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

LS = {"tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_use_id": "toolu_1"}
DEEP = b'{"a":' * 200_000


def told(reply, words: str) -> bool:
    return reply.refused and words in reply.err + reply.out


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty, cut off or not JSON"),
        (b'{"session_id": "a", "hook_ev', "empty, cut off or not JSON"),
        (b"ls -l", "empty, cut off or not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[1, 2]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (DEEP, "nested too deeply"),
        (b"{}", "no hook_event_name"),
        (b" " * (17 << 20), "larger than"),
    ],
    ids=["empty", "cut", "text", "bytes", "list", "null", "deep", "object", "17MB"],
)
def test_input_that_is_no_event_is_refused(healing, data: bytes, words: str):
    assert told(healing.send("before-tool", data), words)


def test_an_event_of_five_megabytes_is_judged(healing):
    reply = healing.before(
        "Write", file_path=str(healing.repo / "notes.md"), content="x" * 5_000_000
    )
    assert reply.code == 0
    assert "Rule 7" in reply.answer["hookSpecificOutput"]["permissionDecisionReason"]


def test_deeply_nested_arguments_are_refused(healing):
    deep: object = "x"
    for _ in range(900):
        deep = [deep]
    assert healing.before("Write", file_path="a", content=deep).refused
    assert healing.before("mcp__other__tool", value=deep).refused


@pytest.mark.parametrize(
    "changes",
    [
        {"hook_event_name": "PreToolUseNext"},
        {"hook_event_name": ["PreToolUse"]},
        {"tool_name": None},
        {"tool_name": "Teleport"},
        {"tool_input": "ls"},
        {"session_id": ""},
        {"cwd": None},
    ],
    ids=json.dumps,
)
def test_events_tools_and_fields_that_are_not_known_are_refused(healing, changes):
    event = healing.event("PreToolUse", **LS) | changes
    assert healing.send("before-tool", event).refused


def test_fields_that_are_new_do_no_harm(healing):
    event = healing.event("PreToolUse", **LS, prompt_id="p", effort={"level": "high"}, new=[1])
    assert healing.send("before-tool", event).silent


@pytest.fixture
def plugin(healing, tmp_path: Path) -> Path:
    """A copy of the plugin that may be broken, with an interpreter recorded for it."""
    root = tmp_path / "plugin"
    shutil.copytree(healing.launcher.parent, root / "hooks")
    healing.launcher = root / "hooks" / "guard"
    packages = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    (healing.state / "interpreter").write_text(f"{sys.executable}\n{packages}\n")
    assert healing.before("Bash", command="ls").silent
    return root


def test_a_rule_that_raises_is_a_refusal(healing, plugin: Path):
    rule = plugin / "hooks" / "pipeline_guard" / "rules" / "tools.py"
    rule.write_text(
        f"{rule.read_text()}\n\ndef judge(effect, context):\n    raise KeyError('oh')\n"
    )
    assert told(healing.before("Bash", command="ls"), "oh")


@pytest.mark.parametrize("name", ["decide", "hook", "lean", "__main__", "runtimes/claude"])
def test_a_module_that_is_missing_is_a_refusal(healing, plugin: Path, name: str):
    (plugin / "hooks" / "pipeline_guard" / f"{name}.py").unlink()
    shutil.rmtree(plugin / "hooks" / "pipeline_guard" / "__pycache__")
    assert healing.before("Bash", command="ls").code == 2


@pytest.mark.usefixtures("plugin")
def test_a_missing_dependency_is_a_refusal(healing, tmp_path: Path):
    (healing.state / "interpreter").write_text(f"{sys.executable}\n{tmp_path}\n")
    assert told(healing.before("Bash", command="ls"), "tree_sitter")


@pytest.mark.parametrize(
    "ending",
    ["os._exit(0 if False else 1)", "os.kill(os.getpid(), 9)", "os.abort()", "sys.exit(3)"],
)
def test_an_engine_that_dies_is_a_refusal(healing, plugin: Path, ending: str):
    main = plugin / "hooks" / "pipeline_guard" / "hook.py"
    main.write_text(f"import os, sys\n{ending}\n")
    assert healing.before("Bash", command="ls").code == 2


def test_an_engine_that_hangs_ends_itself_in_time(healing, plugin: Path):
    """The deadline is the system's, so even a library's endless loop in C is ended."""
    package = plugin / "hooks" / "pipeline_guard"
    main = package / "__main__.py"
    main.write_text(main.read_text().replace('"before-tool": 8', '"before-tool": 0.2'))
    (package / "hook.py").write_text("sum(iter(int, 1))\n")
    assert "too long" in healing.before("Bash", command="ls").err


def test_its_deadline_lies_well_inside_the_runtimes_timeout():
    from pipeline_guard.__main__ import SECONDS

    hooks = json.loads((Path(__file__).parents[3] / "hooks" / "hooks.json").read_text())["hooks"]
    timeout = hooks["PreToolUse"][0]["hooks"][0]["timeout"]
    assert SECONDS["before-tool"] * 3 < timeout
    assert SECONDS["after-tool"] * 2 < hooks["PostToolUse"][0]["hooks"][0]["timeout"]


def test_a_damaged_ledger_is_a_refusal_until_the_person_ends_the_healing(healing):
    ledger = next((healing.state / "sessions").glob("*/ledger.jsonl"))
    ledger.write_text("damaged\n")
    assert told(healing.before("Bash", command="ls"), "damaged in line 1")
    assert "off" in healing.prompt("/self-healing-pipeline off").answer["reason"]
    assert healing.before("Bash", command="ls").silent


def test_a_ledger_that_cannot_be_read_is_a_refusal(healing):
    ledger = next((healing.state / "sessions").glob("*/ledger.jsonl"))
    ledger.unlink()
    ledger.mkdir()
    assert told(healing.before("Bash", command="ls"), "cannot be read")


def test_an_audit_log_that_cannot_be_written_is_a_refusal(healing):
    shutil.rmtree(healing.state / "audit", ignore_errors=True)
    (healing.state / "audit").write_text("in the way")
    assert healing.before("Bash", command="ls").refused


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_state_folder_that_may_not_be_read_is_a_refusal(healing):
    healing.state.chmod(0)
    try:
        assert healing.before("Bash", command="ls").refused
    finally:
        healing.state.chmod(stat.S_IRWXU)


def test_a_working_directory_that_was_removed_is_survived(healing, tmp_path: Path):
    gone = tmp_path / "gone"
    gone.mkdir()
    event = json.dumps(healing.event("PreToolUse", **LS) | {"cwd": str(gone)})
    script = f"cd {gone} && rmdir {gone} && exec {healing.launcher} before-tool"
    done = subprocess.run(
        ["sh", "-c", script], input=event, text=True, capture_output=True, env=healing.environment
    )
    assert done.returncode in (0, 2)
    assert done.returncode == 2 or not done.stdout or '"deny"' in done.stdout


def test_a_broken_configuration_is_a_refusal_that_names_the_file(healing):
    (healing.repo / ".self-heal.yml").write_text("max_rows: [\n")
    assert told(healing.before("Bash", command="ls"), ".self-heal.yml is not valid")
    (healing.repo / ".self-heal.yml").write_text("max_row: 3\n")
    assert told(healing.before("Bash", command="ls"), "'max_row' is no setting")


def test_without_any_interpreter_healing_is_refused_and_says_why(agent, tmp_path: Path):
    """Where the runtime installed the plugin itself, nothing is set up yet."""
    root = tmp_path / "plugin"
    shutil.copytree(agent.launcher.parent, root / "hooks")
    agent.launcher = root / "hooks" / "guard"
    agent.environment["CLAUDE_CODE_SESSION_ID"] = agent.session_id
    assert agent.before("Bash", command="ls").silent
    assert told(agent.starts_healing(), "not ready yet")
    assert told(agent.before("Bash", command="ls"), "not ready yet")
    assert agent.stop().silent
