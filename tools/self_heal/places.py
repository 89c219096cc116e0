"""Where the plugin's files lie: the skill, hooks, schemas, scenarios and transcripts."""

from __future__ import annotations

from pathlib import Path


def plugin_root() -> Path:
    """The checkout's top when it runs from one, else the copy that the wheel carries."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "hooks" / "hooks.json").is_file() and (checkout / "schemas").is_dir():
        return checkout
    return Path(__file__).resolve().parent / "plugin"
