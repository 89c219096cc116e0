"""What the ledger learns from an event: only what is seen to have succeeded.

A result is believed in two steps. Whether a command succeeded is known from the runtime's result
where that is this command's own (`certain`). What it printed is known only where nothing else in
the call could have printed it. In every other case the guard asks the same again itself with a
read-only command; what it cannot confirm is no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline_guard import calls, session, workspace
from pipeline_guard.effects import (
    CallBauplanApi,
    Effect,
    RunBauplan,
    RunGit,
    RunProgram,
    RunSelfHeal,
    WritePath,
)
from pipeline_guard.events import Event, ToolCall, ToolResult
from pipeline_guard.ledger import Line
from pipeline_guard.session import Session

_PLAIN = r"[\w ./@%+:,='\"*\\~-]*"
_PRINTING = (RunBauplan, RunGit, RunProgram, RunSelfHeal)


def learn(event: Event, current: Session) -> None:
    """Add to the ledger what this event shows."""
    lines = list(_lines(event, current))
    if lines:
        session.ledger_of(event).append(*lines)


def _lines(event: Event, current: Session) -> Iterator[Line]:
    if event.tool is None or event.result is None:
        return
    effects = calls.effects_of(event.tool, event.cwd)
    alone = _is_alone(effects, event.tool)
    for effect in effects:
        yield from _of(effect, effects, alone, event.result, current)
    if any(isinstance(effect, RunGit) for effect in effects):
        from pipeline_guard.facts import git as facts_git

        yield from facts_git.lines([e for e in effects if isinstance(e, RunGit)], current)


def _of(
    effect: Effect, effects: Sequence[Effect], alone: bool, result: ToolResult, current: Session
) -> Iterator[Line]:
    if isinstance(effect, RunBauplan):
        from pipeline_guard.facts import bauplan as facts_bauplan

        ok = result.ok if effect.certain and (result.ok or alone) else None
        printed = result.text if alone else None
        yield from facts_bauplan.lines(effect, effects, ok, printed, current)
    elif isinstance(effect, WritePath) and (result.ok is not False or len(effects) > 1):
        if workspace.zone(effect.path, current.workspace) == workspace.PROJECT:
            yield {"fact": "edit", "path": effect.path}
    elif isinstance(effect, CallBauplanApi) and result.ok:
        from pipeline_guard.facts import api as facts_api

        yield from facts_api.lines(effect, result.text, current)


def _is_alone(effects: Sequence[Effect], tool: ToolCall) -> bool:
    """Whether one program alone can have printed what came back, and ended as was told.

    The shell prints too: a redirection that fails, `${x:?text}` and `set -x` show any text. So the
    command line must be that one program and its words, and nothing that the shell acts on.
    """
    if sum(isinstance(effect, _PRINTING) for effect in effects) != 1:
        return False
    import re  # needed for a command line only

    line = str(tool.arguments.get("command", "")).strip().removesuffix("2>&1").rstrip()
    return re.fullmatch(_PLAIN, line, re.ASCII) is not None
