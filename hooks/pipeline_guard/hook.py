"""From a runtime's event to its answer: switch on or off, decide, learn, let stop or not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline_guard import events, runtimes, session
from pipeline_guard.events import Event
from pipeline_guard.runtimes import Answer, BadEvent, detect
from pipeline_guard.verdicts import ALLOW, DENY, Finding, Verdict
from pipeline_guard.wording import GUARD, OPENING

SILENCE = Verdict(ALLOW)
_HARMLESS = (events.SUBAGENT_STOP, events.SESSION_END, events.OTHER)


def run(data: bytes, options: Mapping[str, str]) -> Answer:
    """Judge one event; `options` are the hook's own: runtime, phase, and active.

    Without a runtime the payload tells it; one that is not known is refused where a tool is
    about to run, and left alone elsewhere.
    """
    raw, phase = _object(data), options.get("phase", "")
    name = options.get("runtime") or detect.runtime(raw)
    if not name:
        return detect.unknown(phase)
    adapter = runtimes.adapter(name)
    event = _spoken_by_a_person(adapter.parse(raw, phase))
    return adapter.emit(judge(event, active="active" in options), event)


def _spoken_by_a_person(event: Event) -> Event:
    """Copilot, Cursor and Gemini give the words of a refused stop back as a prompt."""
    if event.phase == events.PROMPT and event.prompt.startswith(OPENING):
        return event._replace(phase=events.OTHER, prompt="")
    return event


def judge(event: Event, *, active: bool = False) -> Verdict:
    """The verdict on one event; `active` judges it as if healing were on in its session."""
    if session.ends_healing(event):
        return _end(event)
    if session.starts_healing(event):
        session.start(event)
    elif not active and not session.active(event):
        session.overheard(event)
        return SILENCE
    elif event.phase == events.PROMPT and session.is_over(event):
        session.end(event)
        return SILENCE
    verdict = _judge_active(event)
    _record(event, verdict)
    return verdict


def _judge_active(event: Event) -> Verdict:
    if event.phase == events.BEFORE_TOOL:
        from pipeline_guard.decide import decide

        return decide(event, session.load(event))
    if event.phase == events.PROMPT:
        session.heard(event)
        return SILENCE
    if event.phase == events.AFTER_TOOL:
        from pipeline_guard.facts.after_tool import learn

        learn(event, session.load(event))
        return SILENCE
    if event.phase == events.STOP:
        from pipeline_guard import stop

        return stop.judge(event, session.load(event))
    if event.phase == events.CONFIG_CHANGE:
        from pipeline_guard import protection

        return protection.judge(event)
    if event.phase == events.SESSION_START:
        session.start(event)
    elif event.phase not in _HARMLESS:
        raise BadEvent(f"the phase {event.phase!r} is not known")
    return SILENCE


def _end(event: Event) -> Verdict:
    """The person switched healing off; the prompt needs no answer from the model."""
    session.end(event)
    return Verdict(DENY, (Finding(DENY, GUARD, "Healing is off in this session.", ""),))


def _record(event: Event, verdict: Verdict) -> None:
    if event.phase in (events.BEFORE_TOOL, events.STOP, events.CONFIG_CHANGE):
        from pipeline_guard import audit

        audit.record(event, verdict)


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        raw = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadEvent("the event is not UTF-8 text") from None
    except ValueError:
        raise BadEvent("the event is empty, cut off or not JSON") from None
    except RecursionError:
        raise BadEvent("the event is nested too deeply") from None
    if not isinstance(raw, dict):
        raise BadEvent("the event is not a JSON object")
    return raw
