"""What a call of the `bauplan` program shows: a look-up, a branch that was made, a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline_guard import account, bauplan_cli
from pipeline_guard.bauplan_cli import BauplanCall, reference
from pipeline_guard.effects import Effect, RunBauplan
from pipeline_guard.facts import lookups
from pipeline_guard.ledger import Line
from pipeline_guard.session import Session

_CREATES = (("branch", "create"), ("checkout",))
_OF_PROJECT = (("job", "logs"), ("table", "ls"))


def lines(
    effect: RunBauplan,
    effects: Sequence[Effect],
    ok: bool | None,
    printed: str | None,
    current: Session,
) -> Iterator[Line]:
    """The call's ledger lines.

    `ok` is None where it is not known how the call ended, `printed` is None where its output
    cannot be told from that of others: then a run is known only where `effects`, those of the whole
    tool call, have no other.
    """
    call = _understood(effect)
    if call is None or call.help or call.problems:
        return
    if call.command == ("run",):
        from pipeline_guard.facts import run as facts_run

        if printed is not None or sum(map(_is_run, effects)) == 1:
            yield from facts_run.lines(call, effect, ok, printed, current)
    elif call.command in _CREATES and ok is not False:
        yield from _branch(call, effect, ok)
    elif lookups.is_lookup(call) and ok is not False:
        yield from _completed(call, _looked_up(call, effect, ok, printed), current)


def _is_run(effect: Effect) -> bool:
    call = _understood(effect) if isinstance(effect, RunBauplan) else None
    return call is not None and call.command == ("run",) and not call.help


def _understood(effect: RunBauplan) -> BauplanCall | None:
    """The call, read against the installed version's reference; None without a reference."""
    try:
        return bauplan_cli.read(effect.argv, reference.load(account.installed_version()))
    except reference.ReferenceMissingError:
        return None


def _looked_up(
    call: BauplanCall, effect: RunBauplan, ok: bool | None, printed: str | None
) -> list[Line]:
    """The result's own text where it can be believed and read, else the guard's own look-up."""
    if ok and printed is not None and (found := lookups.read(call, printed)):
        return found
    from pipeline_guard.facts import confirm

    text = confirm.lookup(call, effect.cwd)
    return lookups.read(call, text) if text is not None else []


def _completed(call: BauplanCall, found: list[Line], current: Session) -> list[Line]:
    """With what the project's source adds: the failing model, the missing tables."""
    if call.command not in _OF_PROJECT:
        return found
    from pipeline_guard.facts import project as facts_project

    return [facts_project.complete(line, current) for line in found]


def _branch(call: BauplanCall, effect: RunBauplan, ok: bool | None) -> Iterator[Line]:
    """A branch made from a ref; where that is not certain, its head must be that ref's hash."""
    source = lookups.option(call, "from-ref")
    made = call.command == ("branch", "create") or "b" in call.options
    if not (made and source and call.positionals):
        return
    name = call.positionals[0]
    certain = ok and "if-not-exists" not in call.options
    if certain or _head(name, effect.cwd) == source.partition("@")[2]:
        yield {"fact": "branch", "name": name, "from": source}


def _head(branch: str, cwd: str) -> str:
    from pipeline_guard.facts import confirm

    printed = confirm.bauplan(["branch", "ls", "--name", branch], cwd) or ""
    rows = lookups.parsed(printed) or []
    return next((str(row.get("hash")) for row in rows if row.get("name") == branch), "")
