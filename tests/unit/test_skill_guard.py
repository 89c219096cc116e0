"""The skill and the guard agree: what the skill shows is refused only until it is its turn."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from self_heal.documents import commands, fill
from self_heal.places import plugin_root

ROOT = plugin_root()
BIN = Path(sys.executable).parent
LATER = ("bauplan branch create", "bauplan checkout -b", "bauplan run", "git commit")


def shown(values: dict[str, str]) -> list[str]:
    """Every command of the skill and its references, each once, `run --dry-run` and all."""
    pages = [ROOT / "SKILL.md", *sorted((ROOT / "references").glob("*.md"))]
    found = [
        shlex.join(fill(one.text, values))
        for page in pages
        for program in ("bauplan", "git", "self-heal", "mkdir")
        for one in commands(page.read_text("utf-8"), program)
        if not (one.mention and program == "bauplan") and "FILE" not in one.text
    ]
    return list(dict.fromkeys(found))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a pipeline, where nothing of a healing has happened yet."""
    folder = tmp_path / "repository"
    (folder / "pipeline").mkdir(parents=True)
    (folder / "pipeline" / "bauplan_project.yml").write_text("project:\n  id: x\n  name: x\n")
    (folder / "pipeline" / "models.py").write_text("")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    return folder


def refusal(project: Path, command: str) -> str:
    """What the guard says to the command in an active session; nothing for an allow."""
    event = {
        "session_id": "one",
        "transcript_path": str(project / "transcript.jsonl"),
        "cwd": str(project),
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": command},
        "tool_use_id": "call",
    }
    done = subprocess.run(
        [str(BIN / "self-heal"), "guard", "check", "--active"],
        input=json.dumps(event),
        env={"PATH": f"{BIN}:{os.defpath}", "HOME": str(project.parent)},
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_the_skill_shows_is_refused_only_before_its_turn(
    project: Path, example_values: dict[str, str]
):
    """Reading is open from the start; branches, commits and runs wait for what they need."""
    refused = {
        command: words for command in shown(example_values) if (words := refusal(project, command))
    }
    early = {command: words for command, words in refused.items() if not command.startswith(LATER)}
    assert not early
    assert any(command.startswith("bauplan run") for command in refused)
