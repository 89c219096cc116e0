"""Copies the skill to `skills/self-healing-pipeline/`, for runtimes that look there.

Codex reads no SKILL.md at a plugin's root and drops symlinks, and the Agent Skills specification
wants a folder of the skill's own name: so a real copy, with the references its links lead to.
`python -m self_heal.skill` (`make skill`) writes it; a test keeps it equal.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from self_heal.places import plugin_root

NAME = "self-healing-pipeline"


def sources(root: Path) -> list[Path]:
    """The files of the skill, relative to the plugin's root."""
    pages = sorted((root / "references").glob("*.md"))
    return [Path("SKILL.md"), *(page.relative_to(root) for page in pages)]


def copy(root: Path) -> Path:
    """Write the copy anew and return its folder."""
    target = root / "skills" / NAME
    shutil.rmtree(target, ignore_errors=True)
    for source in sources(root):
        (target / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / source, target / source)
    return target


if __name__ == "__main__":
    print(copy(plugin_root()))
