"""The guard as hooks of the Claude Agent SDK: its own program, real tools, a scripted model."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agent_replay.script import Script as AgentScript
from tests.claude.scripted_model import Script
from tests.support.model_server import serve

pytest.importorskip(
    "claude_agent_sdk", reason="no Agent SDK: `make programs` installs it with its own program"
)

CALLS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("Bash", {"command": "ls"}, "allow"),
    ("Bash", {"command": "git push origin main"}, "deny"),
    ("Write", {"file_path": "NOTES.md", "content": "notes"}, "deny"),
    ("Bash", {"command": "python3 -c 'print(1)' > stray.txt"}, "deny"),
    ("Read", {"file_path": "models.py"}, "allow"),
)


def agent() -> AgentScript:
    """The calls as a script for the model."""
    header = {"script": 1, "title": "t", "scenario": "none", "prompt": "Heal the job."}
    turns = [
        {
            "say": f"call {number}",
            "step": 0,
            "call": {"tool": tool, "input": arguments},
            "expect": {"verdict": verdict},
        }
        for number, (tool, arguments, verdict) in enumerate(CALLS)
    ]
    return AgentScript.model_validate({"header": header, "turns": turns})


async def ask(folder: Path, url: str, home: Path) -> list[Any]:
    """One session of the SDK; every permission is given, so that only the guard says no."""
    from claude_agent_sdk import ClaudeAgentOptions, query

    from healer.agent_sdk import guard_hooks

    options = ClaudeAgentOptions(
        hooks=guard_hooks(),
        cwd=folder,
        allowed_tools=["Bash", "Read", "Write"],
        permission_mode="bypassPermissions",
        setting_sources=[],
        env={
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "any",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "IS_SANDBOX": "1",
            "HOME": str(home),
        },
    )
    return [message async for message in query(prompt="Heal the job.", options=options)]


def test_the_sdks_program_is_held_to_the_rules(project: Path, tmp_path: Path) -> None:
    """Denied calls come back with the rule's reason and did not run; allowed ones ran."""
    script = Script(agent(), {})
    with serve(script) as url:
        asyncio.run(ask(project, url, tmp_path / "home"))
    assert script.errors == []
    results = [result.text for result in script.results]
    assert len(results) == len(CALLS)
    for (tool, arguments, verdict), text in zip(CALLS, results, strict=True):
        assert ("rule" in text.lower()) == (verdict == "deny"), (tool, arguments, text)
    assert "bauplan_project.yml" in results[0]
    assert "import bauplan" in results[-1]
    assert sorted(path.name for path in project.iterdir()) == [
        ".git",
        "bauplan_project.yml",
        "models.py",
    ]
