"""The JSON Schemas that the Codex program carries for what its hooks get and may answer."""

from __future__ import annotations

import json
import mmap
import re
from pathlib import Path
from typing import Any

_SCHEMA = re.compile(
    rb'\{\n  "\$schema": "http://json-schema\.org/draft-07/schema#",'
    rb'(?:(?!"\$schema").)*?\n  "title": "([a-z-]+\.command\.(?:in|out)put)",'
    rb'\n  "type": "object"\n\}',
    re.S,
)


def of(program: Path) -> dict[str, Any]:
    """The schemas by their title, such as `pre-tool-use.command.output`."""
    binary = max(program.rglob("codex"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    with binary.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        at = memory.find(b'"title": "pre-tool-use.command.output"')
        text = memory[max(0, at - 200_000) : at + 200_000]
    return {found[1].decode(): json.loads(found[0]) for found in _SCHEMA.finditer(text)}
