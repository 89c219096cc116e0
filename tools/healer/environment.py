"""What the agent's tools run with: the account and the programs, and no key of the model's API."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

KEY_VARIABLE = "ANTHROPIC_API_KEY"

_KEPT = frozenset(
    """HOME PATH LANG LANGUAGE TZ USER LOGNAME SHELL TMPDIR XDG_STATE_HOME XDG_CONFIG_HOME
    XDG_CACHE_HOME XDG_DATA_HOME SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY
    http_proxy https_proxy no_proxy GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL""".split()
)
_KEPT_STARTS = ("LC_", "BAUPLAN_")
_QUIET = {"PAGER": "cat", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0", "NO_COLOR": "1"}


def minimal(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that bauplan, git and self-heal need, and nothing else."""
    kept = {
        name: value
        for name, value in environment.items()
        if name in _KEPT or name.startswith(_KEPT_STARTS)
    }
    return {"LANG": "C.UTF-8", **kept, **_QUIET}


def take_key(environment: MutableMapping[str, str]) -> str:
    """The API key, taken out, so that nothing this process starts can have it; `""` without one."""
    return environment.pop(KEY_VARIABLE, "").strip()


def find_own_programs(environment: MutableMapping[str, str]) -> None:
    """Let `self-heal` and `bauplan` be found where they were installed with this interpreter."""
    beside = str(Path(sys.executable).parent)
    path = environment.get("PATH", os.defpath)
    if beside not in path.split(os.pathsep):
        environment["PATH"] = os.pathsep.join([path, beside])
