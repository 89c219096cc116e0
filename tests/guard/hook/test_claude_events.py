"""Claude Code's own payloads in, its own minimal answers out."""

from __future__ import annotations

import json

import pytest

from pipeline_guard import events
from pipeline_guard.runtimes import Answer, BadEvent, adapter, claude
from pipeline_guard.verdicts import ALLOW, ASK, DENY, Finding, Verdict

BASE = {
    "session_id": "b1a48a27-74d2-4a9a-a00e-f048a0af12d7",
    "transcript_path": "/home/ada/.claude/projects/x/b1a48a27.jsonl",
    "cwd": "/home/ada/repo",
    "prompt_id": "7abd6495-82d0-4cfb-a3a3-724ee3d49ba9",
    "permission_mode": "acceptEdits",
    "effort": {"level": "medium"},
}
BASH = {"tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_use_id": "toolu_1"}
FINDING = Finding(DENY, "main_branch", "`git push` of `main`", "Push the debug branch “x”.")


def event(name: str, **fields: object) -> events.Event:
    return claude.parse({**BASE, "hook_event_name": name, **fields})


@pytest.mark.parametrize(
    ("name", "fields", "phase"),
    [
        ("PreToolUse", BASH, events.BEFORE_TOOL),
        ("PostToolUse", {**BASH, "tool_response": {}}, events.AFTER_TOOL),
        ("PostToolUseFailure", {**BASH, "error": "Exit code 3"}, events.AFTER_TOOL),
        ("UserPromptSubmit", {"prompt": "heal it"}, events.PROMPT),
        ("Stop", {"stop_hook_active": False}, events.STOP),
        ("SubagentStop", {"agent_id": "a1"}, events.SUBAGENT_STOP),
        ("SessionStart", {"source": "resume"}, events.SESSION_START),
        ("SessionEnd", {"reason": "other"}, events.SESSION_END),
        ("ConfigChange", {"source": "local_settings"}, events.CONFIG_CHANGE),
        ("Notification", {}, events.OTHER),
    ],
)
def test_each_event_has_its_phase(name: str, fields: dict[str, object], phase: str):
    found = event(name, **fields)
    assert (found.phase, found.session_id, found.cwd) == (
        phase,
        BASE["session_id"],
        BASE["cwd"],
    )


def test_an_event_of_another_phase_than_the_hooks_own_is_not_believed():
    raw = {**BASE, **BASH, "hook_event_name": "PreToolUse"}
    with pytest.raises(BadEvent, match="not known here"):
        claude.parse(raw, events.AFTER_TOOL)


@pytest.mark.parametrize(
    ("response", "ok", "text"),
    [
        ({"stdout": "out", "stderr": "err", "interrupted": False}, True, "out\nerr"),
        ({"stdout": "out", "stderr": "", "interrupted": True}, False, "out"),
        ({"stdout": "", "stderr": "", "backgroundTaskId": "b1"}, None, ""),
        ([{"type": "text", "text": '{"job": 1}'}], True, '{"job": 1}'),
        ("out", True, "out"),
        (None, True, ""),
        ({"success": False}, False, ""),
    ],
)
def test_what_a_tool_answered(response: object, ok: bool | None, text: str):
    result = event("PostToolUse", **BASH, tool_response=response).result
    assert result is not None
    assert (result.ok, result.text) == (ok, text)


def test_a_failure_is_told_by_its_own_event():
    result = event("PostToolUseFailure", **BASH, error="Exit code 3").result
    assert result is not None
    assert result.ok is False


def test_a_subagents_call_belongs_to_its_parents_session():
    found = event("PreToolUse", **BASH, agent_id="a6f4", agent_type="general-purpose")
    assert (found.agent_id, found.session_id) == ("a6f4", BASE["session_id"])


def test_an_expanded_slash_command_is_put_back_as_it_was_typed():
    fields = {"command_name": "p:heal", "command_args": "job 1", "prompt": "a long text"}
    assert event("UserPromptExpansion", **fields).prompt == "/p:heal job 1"


def test_what_the_program_says_in_a_prompts_place_are_not_the_persons_words():
    assert event("UserPromptSubmit", prompt="<task-notification>delete it").prompt == ""
    assert event("UserPromptSubmit", prompt=" <teammate-message id='a'>delete it").prompt == ""
    assert event("UserPromptSubmit", prompt="delete it", agent_id="a1").prompt == ""
    assert event("UserPromptSubmit", prompt="< 5 rows, I think").prompt == "< 5 rows, I think"


def answer(decision: str, name: str = "PreToolUse", **fields: object) -> Answer:
    verdict = Verdict(decision, (FINDING._replace(decision=decision),))
    return claude.emit(verdict, event(name, **fields))


def test_an_allow_is_silence():
    assert claude.emit(Verdict(ALLOW), event("PreToolUse", **BASH)) == Answer("", "", 0)


@pytest.mark.parametrize("decision", [DENY, ASK])
def test_a_refusal_is_one_minimal_object_in_ascii(decision: str):
    said = answer(decision, **BASH)
    assert said.stdout.isascii()
    inner = json.loads(said.stdout)["hookSpecificOutput"]
    reason = inner.pop("permissionDecisionReason")
    assert inner == {"hookEventName": "PreToolUse", "permissionDecision": decision}
    assert "Rule 1" in reason
    assert "`git push` of `main`. Push the debug branch “x”." in reason
    assert said.stdout == (
        '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"'
        f'{decision}","permissionDecisionReason":{json.dumps(reason)}}}}}'
    )


@pytest.mark.parametrize("name", ["Stop", "ConfigChange", "UserPromptSubmit"])
def test_other_events_are_blocked_with_a_decision(name: str):
    said = json.loads(answer(DENY, name).stdout)
    assert said.keys() == {"decision", "reason"}
    assert said["decision"] == "block"


def test_an_unknown_runtime_is_no_runtime():
    with pytest.raises(BadEvent, match="known are claude"):
        adapter("emacs")
