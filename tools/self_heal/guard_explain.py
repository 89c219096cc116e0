"""What `self-heal guard explain` shows: effects, each rule's opinion on them, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline_guard import calls, decide, recent, rulebook, session, workspace
from pipeline_guard.context import Context
from pipeline_guard.effects import Effect
from pipeline_guard.events import BEFORE_TOOL, Event, ToolCall
from pipeline_guard.session import Session
from pipeline_guard.verdicts import Finding


def of(command: str, folder: Path) -> dict[str, Any]:
    """The judgement of a shell command, as if this repository's session gave it now."""
    current = _session(folder)
    event = Event("claude", BEFORE_TOOL, current.key, str(folder), _call(command))
    effects = calls.effects_of(_call(command), str(folder))
    context = Context(event, current)
    opinions = [_opinion(effect, context) for effect in effects]
    verdict = decide.decide(event, current)
    return {
        "command": command,
        "effects": opinions,
        "verdict": verdict.decision,
        "findings": [_said(finding) for finding in verdict.findings],
    }


def text(found: Mapping[str, Any]) -> str:
    """The same for a person."""
    lines = []
    for part in found["effects"]:
        lines.append(f"effect   {part['effect']}")
        lines += [f"  {opinion}" for opinion in part["opinions"]]
    lines.append(f"verdict  {found['verdict']}")
    lines += [f"  {finding}" for finding in found["findings"]]
    return "\n".join(lines)


def _call(command: str) -> ToolCall:
    return ToolCall("Bash", {"command": command})


def _session(folder: Path) -> Session:
    place = workspace.find(str(folder))
    key = recent.latest(place)
    return session.of_lines(key, recent.lines_of(key), str(folder))


def _opinion(effect: Effect, context: Context) -> dict[str, Any]:
    opinions = []
    for rule in map(decide.rule, decide.MODULES):
        if isinstance(effect, rule.HANDLES):
            name = rulebook.RULES[rule.__name__.rpartition(".")[2]].name
            said = _judged(rule, effect, context)
            opinions += [f"{name}: {words}" for words in said or ["no objection"]]
    context.advance(effect)
    return {"effect": _shown(effect), "opinions": opinions or ["no rule concerns it"]}


def _judged(rule: ModuleType, effect: Effect, context: Context) -> list[str]:
    """What one rule says; one that cannot judge says why, and the verdict is a denial."""
    try:
        return [_said(finding) for finding in rule.judge(effect, context)]
    except Exception as error:  # whatever it is, `decide` denies and so does this
        return [f"cannot judge: {' '.join(str(error).split()) or type(error).__name__}"]


def _said(finding: Finding) -> str:
    return f"{finding.decision}: {finding.saw} {finding.do}".rstrip()


def _shown(effect: Effect) -> str:
    fields = effect._asdict().items()
    return f"{type(effect).__name__}({', '.join(f'{n}={v!r}' for n, v in fields if v is not None)})"
