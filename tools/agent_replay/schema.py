"""Writes `schemas/transcript.schema.json` from the models: `python -m agent_replay.schema`."""

from __future__ import annotations

import json

from agent_replay.transcript import schema
from self_heal.places import plugin_root

PATH = plugin_root() / "schemas" / "transcript.schema.json"


def text() -> str:
    """The file's text."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
