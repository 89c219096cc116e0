"""Which conversation a subagent belongs to, where a runtime only names its parent.

Subagents start subagents; each event names one parent. So the root of each is written down when
it is first seen: a subagent's own call to start another comes before any call of that one.
"""

from __future__ import annotations

import os

from pipeline_guard import home


def root(agent: str, parent: str) -> str:
    """The id of the conversation at the root of this subagent."""
    known = _read(parent) or parent
    if _read(agent) != known:
        home.replace(_path(agent), known)
    return known


def _read(agent: str) -> str:
    try:
        with open(_path(agent), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _path(agent: str) -> str:
    return os.path.join(home.folder("families"), home.file_name(agent))
