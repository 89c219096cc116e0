"""Puts the skill, the hooks and the schemas into the wheel, under `self_heal/plugin`."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PARTS = (
    "SKILL.md",
    "bin/self-heal",
    "references",
    "skills",
    ".claude-plugin",
    "hooks/hooks.json",
    "hooks/environment",
    "hooks/guard",
    "hooks/opencode.js",
    "hooks/set-up",
    "schemas",
    "tests/scenarios",
    "tests/transcripts",
)


class PluginFiles(BuildHookInterface[Any]):
    """An editable install reads these files in place, so only a real wheel gets copies."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Map each part to its place in the wheel; a part that is missing fails the build."""
        if version == "standard":
            build_data["force_include"].update({part: f"self_heal/plugin/{part}" for part in PARTS})
