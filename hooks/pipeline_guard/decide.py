"""The front of the guard: an event and its session in, a verdict out.

Effects x rules x facts. Each effect of the call is judged by every rule that handles its kind;
`tools` handles every kind, so that what no rule allows is denied. Afterwards the context is told
what the effect may have changed, and the next one is judged against that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from types import ModuleType

from pipeline_guard import calls, lean, verdicts
from pipeline_guard.context import Context
from pipeline_guard.effects import (
    Effect,
    ReadPath,
    RunBauplan,
    RunGit,
    RunProgram,
    UseTool,
    WritePath,
)
from pipeline_guard.events import Event
from pipeline_guard.session import Session
from pipeline_guard.verdicts import DENY, Finding, Verdict

MODULES = (
    "main_branch",
    "git_only",
    "pinned_queries",
    "inspect_first",
    "keep_branches",
    "known_flags",
    "allowed_files",
    "no_scripts",
    "account",
    "tools",
)
# Which rules look at the effects that come most often (each module's HANDLES says the same):
# a rule that has nothing to say is not even loaded, which is half of a hook's time.
JUDGES: Mapping[type, tuple[str, ...]] = {
    RunProgram: ("no_scripts", "account", "tools"),
    ReadPath: ("account", "tools"),
    UseTool: ("tools",),
    WritePath: (
        "main_branch",
        "git_only",
        "inspect_first",
        "allowed_files",
        "no_scripts",
        "tools",
    ),
    RunGit: (
        "main_branch",
        "git_only",
        "inspect_first",
        "keep_branches",
        "allowed_files",
        "account",
        "tools",
    ),
}
_UNNUMBERED = ("tools",)
_ASKS = "keep_branches"


def rule(name: str) -> ModuleType:
    """One rule's module, loaded when it is first asked for."""
    return import_module(f"pipeline_guard.rules.{name}")


def decide(event: Event, session: Session) -> Verdict:
    """The verdict on a tool call that has not run yet; never an exception.

    What goes wrong inside (a rule that raises, no reference of the installed bauplan) is a denial
    that says so: the guard never fails open.
    """
    try:
        return _decided(event, session)
    except Exception as error:
        from pipeline_guard import rulebook

        words = " ".join(str(error).split()) or type(error).__name__
        do = rulebook.RULES["internal"].remedy
        return Verdict(DENY, (Finding(DENY, "internal", f"{words[:300]}", do),))


def _decided(event: Event, session: Session) -> Verdict:
    if event.tool is None:
        return _refused("an event without a tool", "Use one of the skill's tools")
    if event.tool.name in session.policy.denied_tools:
        return _refused(f"`{event.tool.name}`, which the configuration denies", "Do without it")
    effects = calls.effects_of(event.tool, event.cwd)
    if not effects:
        return _refused(f"`{event.tool.name}`, which does nothing", "Give it something to do")
    return verdict(effects, Context(event, session))


def verdict(effects: Sequence[Effect], context: Context) -> Verdict:
    """The strictest opinion on a call's effects, in the order in which they would happen."""
    findings: list[Finding] = []
    for effect in effects:
        findings += judged(effect, context)
        context.advance(effect)
    findings.sort(key=lambda finding: finding.rule in _UNNUMBERED)
    return verdicts.strictest(findings)


def judged(effect: Effect, context: Context) -> list[Finding]:
    """All findings on one effect; a hard rule's denial makes the general one superfluous.

    So does its question about a clean-up: the person asked for it by name, and confirms it.
    """
    found = list(dict.fromkeys(_opinions(effect, context)))
    hard = any(f.rule not in _UNNUMBERED and (f.decision == DENY or f.rule == _ASKS) for f in found)
    kept = [f for f in found if not (hard and f.rule in _UNNUMBERED)]
    return _passable(kept, effect, context) if isinstance(effect, RunBauplan) else kept


def _opinions(effect: Effect, context: Context) -> Iterator[Finding]:
    wanted = JUDGES.get(type(effect), MODULES)
    if isinstance(effect, RunBauplan):
        call = context.bauplan(effect)
        if call.help:
            return  # it prints help and does nothing else
        wanted = ("known_flags",) if call.problems else wanted
    for module in _handling(type(effect), wanted):
        yield from module.judge(effect, context)


@lean.cache
def _handling(kind: type, wanted: tuple[str, ...]) -> list[ModuleType]:
    """Of these rules, those that handle this kind of effect."""
    return [module for module in map(rule, wanted) if issubclass(kind, module.HANDLES)]


def _passable(found: list[Finding], effect: RunBauplan, context: Context) -> list[Finding]:
    """A corrected line (rule 6) is proposed only if the other rules would let it pass."""
    if not any(finding.rule == "known_flags" for finding in found):
        return found
    from pipeline_guard import corrected

    return corrected.passable(found, effect, context)


def _refused(saw: str, do: str) -> Verdict:
    return Verdict(DENY, (Finding(DENY, "tools", saw, do),))
