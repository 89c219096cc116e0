"""What the ledger learns from an event: only what is seen to have succeeded.

A result is believed in two steps. Whether a command succeeded is known from the runtime's result
where that is this command's own (`certain`). What it printed is known only where nothing else in
the call could have printed it. In every other case the guard asks the same again itself with a
read-only command; what it cannot confirm is no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline_guard import (
    calls,
    confirm,
    facts_api,
    facts_git,
    facts_project,
    facts_run,
    lookups,
    session,
    workspace,
)
from pipeline_guard.bauplan_cli import BauplanCall
from pipeline_guard.effects import (
    CallBauplanApi,
    Effect,
    RunBauplan,
    RunGit,
    RunProgram,
    RunSelfHeal,
    WritePath,
)
from pipeline_guard.events import Event
from pipeline_guard.ledger import Line
from pipeline_guard.session import Session

_PRINTING = (RunBauplan, RunGit, RunProgram, RunSelfHeal)
_CREATES = (("branch", "create"), ("checkout",))


def learn(event: Event, current: Session) -> None:
    """Add to the ledger what this event shows."""
    lines = list(_lines(event, current))
    if lines:
        session.ledger_of(event).append(*lines)


def _lines(event: Event, current: Session) -> Iterator[Line]:
    if event.tool and event.result:
        effects = calls.effects_of(event.tool, event.cwd)
        for effect in effects:
            yield from _of(effect, effects, event, current)
        if any(isinstance(effect, RunGit) for effect in effects):
            yield from facts_git.branch(current)


def _of(
    effect: Effect, effects: Sequence[Effect], event: Event, current: Session
) -> Iterator[Line]:
    ok = event.result.ok if event.result else None
    if isinstance(effect, RunBauplan):
        believed = ok if effect.certain else None
        printed = event.result.text if event.result and _is_alone(effects) else None
        yield from _bauplan(effect, believed, printed, current)
    elif isinstance(effect, RunGit) and ok is not False:
        yield from facts_git.commit(effect, current)
    elif isinstance(effect, WritePath) and ok is not False:
        if workspace.zone(effect.path, current.workspace) == workspace.PROJECT:
            yield {"fact": "edit", "path": effect.path}
    elif isinstance(effect, CallBauplanApi) and ok and event.result:
        yield from facts_api.read(effect, event.result.text, current)


def _is_alone(effects: Sequence[Effect]) -> bool:
    """Whether one program alone can have printed what came back."""
    return sum(isinstance(effect, _PRINTING) for effect in effects) == 1


def _bauplan(
    effect: RunBauplan, ok: bool | None, printed: str | None, current: Session
) -> Iterator[Line]:
    """`ok` is None where it is not known; `printed` is None where it cannot be believed."""
    call = facts_run.understand(effect)
    if call is None or call.help or call.problems:
        return
    if call.command == ("run",):
        yield from facts_run.lines(call, effect, ok, printed, current)
    elif ok is False:
        return
    elif call.command in _CREATES:
        yield from _branch(call, effect, ok)
    elif lookups.is_lookup(call):
        for line in _looked_up(call, effect, ok, printed):
            yield facts_project.complete(line, current)


def _looked_up(
    call: BauplanCall, effect: RunBauplan, ok: bool | None, printed: str | None
) -> list[Line]:
    """The result's own text where it can be believed and read, else the guard's own look-up."""
    if ok and printed is not None and (lines := lookups.read(call, printed)):
        return lines
    text = confirm.lookup(call, effect.cwd)
    return lookups.read(call, text) if text is not None else []


def _branch(call: BauplanCall, effect: RunBauplan, ok: bool | None) -> Iterator[Line]:
    """A branch made from a ref; where that is not certain, its head must be that ref's hash."""
    source = lookups.option(call, "from-ref")
    made = call.command == ("branch", "create") or "b" in call.options
    if not (made and source and call.positionals):
        return
    name = call.positionals[0]
    if not ok or "if-not-exists" in call.options:
        text = confirm.bauplan(["branch", "ls", "--name", name], effect.cwd) or ""
        heads = {row.get("name"): row.get("hash") for row in lookups.parsed(text) or []}
        if heads.get(name) != source.partition("@")[2]:
            return
    yield {"fact": "branch", "name": name, "from": source}
