"""The guard for programs that are built on the Claude Agent SDK, in one call.

    from claude_agent_sdk import ClaudeAgentOptions
    from healer.agent_sdk import guard_hooks

    options = ClaudeAgentOptions(hooks=guard_hooks(), ...)

The hooks judge in this process what the plugin's hooks judge in one of their own: the same events,
the same function, the same answers. An error within is a denial.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from claude_agent_sdk import HookContext, HookMatcher

from pipeline_guard import hook, runtimes

EVENTS = (
    "PreToolUse",
    "PostToolUse",
    "PostToolUseFailure",
    "UserPromptSubmit",
    "Stop",
    "SubagentStop",
)
SECONDS = 60.0


def guard_hooks(active: bool = True) -> dict[Any, list[HookMatcher]]:
    """The value of `ClaudeAgentOptions.hooks`.

    With `active` every tool call of the session is held to the rules; without it the guard waits
    until the skill is invoked, as in the plugin.
    """
    options = {"runtime": "claude", **({"active": "yes"} if active else {})}

    async def judge(payload: Any, _tool_use_id: str | None, _context: HookContext) -> Any:
        return await asyncio.to_thread(_answer, payload, options)

    return {
        name: [HookMatcher(hooks=[judge], timeout=SECONDS, on_failure=_on_failure(name))]
        for name in EVENTS
    }


def _on_failure(name: str) -> Any:
    return "block" if name == "PreToolUse" else None


def _answer(payload: Mapping[str, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """What the hook process prints for this event, read back."""
    try:
        given = hook.run(json.dumps(payload).encode(), options)
    except Exception as error:  # never fail open: the process would refuse too
        given = runtimes.refusal(error)
    if given.exit_code:
        return _refused(str(payload.get("hook_event_name")), given.stderr.strip())
    answer: dict[str, Any] = json.loads(given.stdout) if given.stdout else {}
    return answer


def _refused(name: str, words: str) -> dict[str, Any]:
    if name != "PreToolUse":
        return {"decision": "block", "reason": words}
    specific = {"permissionDecision": "deny", "permissionDecisionReason": words}
    return {"hookSpecificOutput": {"hookEventName": name, **specific}}
