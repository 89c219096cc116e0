"""One small adapter per agent runtime: its event in, its answer out.

Each module has the same two functions: `parse(raw, phase) -> Event` and
`emit(verdict, event) -> Answer`. `raw` is the runtime's own JSON object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, cast

from pipeline_guard.events import Event
from pipeline_guard.verdicts import Verdict

NAMES = ("claude", "codex", "copilot", "gemini", "opencode", "cursor")


class Answer(NamedTuple):
    """What the hook process says: its two streams and its exit code."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0


class BadEvent(Exception):
    """The runtime sent something that is no event of the known form."""


class Adapter(Protocol):
    """The interface of the modules in this folder."""

    def parse(self, raw: Mapping[str, Any], phase: str = "") -> Event:
        """The event, with Claude Code's tool names; raises `BadEvent`."""

    def emit(self, verdict: Verdict, event: Event) -> Answer:
        """The answer in the runtime's own dialect; silence for an allow."""


def adapter(name: str) -> Adapter:
    """The adapter of one runtime; an unknown name is a `BadEvent`."""
    if name not in NAMES:
        raise BadEvent(f"the runtime {name!r} is not known; known are {', '.join(NAMES)}")
    module = __import__(f"{__name__}.{name}", fromlist=["parse"])  # importlib costs 1 ms
    return cast(Adapter, module)


def refusal(error: BaseException) -> Answer:
    """What every runtime takes as a refusal: exit code 2 with one line that says what broke."""
    told = (" ".join(str(error).split()) or type(error).__name__)[:600].rstrip(".")
    line = f"The self-healing guard refuses, because it cannot judge this call: {told}."
    return Answer(stderr=f"{line} `self-heal guard status` shows more.\n", exit_code=2)
