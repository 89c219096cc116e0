"""Where each runtime keeps its hooks and skills, and how its hooks file looks."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from self_heal.places import plugin_root
from self_heal.skill import NAME

BEFORE, AFTER = "before-tool", "after-tool"
START = "start"
"""A call of the skill in Claude Code, which alone waits for it."""
SECONDS = {
    START: 30,
    BEFORE: 30,
    AFTER: 60,
    "prompt": 30,
    "stop": 60,
    "session-start": 30,
    "config-change": 30,
}
"""How long a runtime waits for the guard, which answers well within it."""

_LIKE_CLAUDE = {
    "PreToolUse": BEFORE,
    "PostToolUse": AFTER,
    "UserPromptSubmit": "prompt",
    "SessionStart": "session-start",
    "Stop": "stop",
}


class Scope(NamedTuple):
    """For one person everywhere (`folder` is the home folder), or for one project's folder."""

    folder: Path
    is_project: bool


class Target(NamedTuple):
    """One runtime: its folders, its events with the launcher's phases, and its file's form.

    `home` is the variable that moves the runtime's own folder. A `flat` form has a list of
    handlers for each event, else groups of a matcher and handlers. `unit` is a second in the
    unit of the form's timeout. `shared` says that other things stand in the hooks file too.
    """

    runtime: str
    title: str
    user: str
    project: str
    hooks: str
    events: Mapping[str, str]
    home: str = ""
    project_hooks: str = ""
    flat: bool = False
    unit: int = 1
    versioned: bool = False
    shared: bool = True

    def settings(self, scope: Scope) -> Path:
        """The file with the hooks."""
        name = self.project_hooks if scope.is_project and self.project_hooks else self.hooks
        return self.folder(scope) / name

    def skill(self, scope: Scope) -> Path:
        """The folder that the skill is copied to."""
        return self.folder(scope) / "skills" / NAME

    def folder(self, scope: Scope) -> Path:
        """The runtime's own folder in this scope."""
        if scope.is_project:
            return scope.folder / self.project
        moved = os.environ.get(self.home, "") if self.home else ""
        return Path(moved) if moved else scope.folder / self.user

    def handlers(self, phase: str) -> dict[str, Any]:
        """One handler of the hooks file."""
        handler: dict[str, Any] = {"type": "command", "command": command(phase, self.runtime)}
        handler["timeout"] = SECONDS[phase] * self.unit
        if self.flat and phase == BEFORE:
            handler["failClosed"] = True
        if self.runtime == "claude" and phase in (BEFORE, START, "config-change"):
            handler["onFailure"] = "block"
        return handler

    def groups(self) -> dict[str, list[dict[str, Any]]]:
        """What stands under `hooks`: groups, or one flat handler, for each event."""
        if self.flat:
            return {name: [self.handlers(phase)] for name, phase in self.events.items()}
        groups = {name: [self._group(phase)] for name, phase in self.events.items()}
        if self.runtime == "claude":
            groups["PreToolUse"].append({"matcher": "Skill", "hooks": [self.handlers(START)]})
        return groups

    def _group(self, phase: str) -> dict[str, Any]:
        matcher = {"matcher": "*"} if phase in (BEFORE, AFTER) else {}
        return {**matcher, "hooks": [self.handlers(phase)]}


TARGETS = {
    target.runtime: target
    for target in (
        Target(
            "claude",
            "Claude Code",
            ".claude",
            ".claude",
            "settings.json",
            {
                **_LIKE_CLAUDE,
                "PostToolUseFailure": AFTER,
                "UserPromptExpansion": "prompt",
                "ConfigChange": "config-change",
            },
            home="CLAUDE_CONFIG_DIR",
            # The paths are of this machine, so not the file that a project shares.
            project_hooks="settings.local.json",
        ),
        Target("codex", "Codex CLI", ".codex", ".codex", "hooks.json", _LIKE_CLAUDE, "CODEX_HOME"),
        Target(
            "copilot",
            "GitHub Copilot CLI",
            ".copilot",
            ".github",
            f"hooks/{NAME}.json",
            _LIKE_CLAUDE,
            home="COPILOT_HOME",
            versioned=True,
            shared=False,
        ),
        Target(
            "gemini",
            "Gemini CLI",
            ".gemini",
            ".gemini",
            "settings.json",
            {
                "BeforeTool": BEFORE,
                "AfterTool": AFTER,
                "BeforeAgent": "prompt",
                "SessionStart": "session-start",
                "AfterAgent": "stop",
            },
            unit=1000,
        ),
        Target(
            "opencode",
            "OpenCode",
            ".config/opencode",
            ".opencode",
            f"plugins/{NAME}.js",
            {},
            home="OPENCODE_CONFIG_DIR",
            shared=False,
        ),
        Target(
            "cursor",
            "Cursor",
            ".cursor",
            ".cursor",
            "hooks.json",
            {
                "preToolUse": BEFORE,
                "beforeShellExecution": BEFORE,
                "beforeMCPExecution": BEFORE,
                "postToolUse": AFTER,
                "postToolUseFailure": AFTER,
                "beforeSubmitPrompt": "prompt",
                "sessionStart": "session-start",
                "stop": "stop",
            },
            flat=True,
            versioned=True,
        ),
    )
}


def launcher() -> Path:
    """The launcher of this installation, by its absolute path."""
    return plugin_root() / "hooks" / "guard"


def command(phase: str, runtime: str) -> str:
    """The command line of a hook, for a shell: in exec form the guard would silently never run."""
    return f"/bin/sh {shlex.quote(str(launcher()))} {phase} --runtime {runtime}"


def is_ours(line: object, runtime: str) -> bool:
    """Whether a command line is the guard's, of this installation or of an earlier one."""
    if not isinstance(line, str) or not line.endswith(f" --runtime {runtime}"):
        return False
    return "/hooks/guard" in line
