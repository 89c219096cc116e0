"""One session of an agent runtime: whether healing is on in it, and what it has done."""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from pipeline_guard import arming, events, forks, home, policy, workspace
from pipeline_guard.events import Event, ToolCall
from pipeline_guard.facts import folding
from pipeline_guard.ledger import Facts, Ledger, LedgerError, Line
from pipeline_guard.policy import Policy
from pipeline_guard.workspace import Workspace

SKILL = "self-healing-pipeline"
OFF = "off"
# Their agents load a skill by reading its file.
_WITHOUT_SKILL_CALL = ("codex", "cursor")


class Session(NamedTuple):
    """What `decide` needs to know besides the event.

    `key` names the session's folder in the state folder; `facts` follow the session id or the
    transcript, so that interleaved sessions do not see each other's. `started` is when healing
    was switched on (UTC, ISO form).
    """

    key: str
    active: bool
    workspace: Workspace
    facts: Facts
    policy: Policy
    started: str = ""


def active(event: Event) -> bool:
    """Whether healing is on for this event's session; an error when that cannot be known.

    A session that is on only through its process, its repository, or as a fork of another, is on
    by itself from then on: it stays on when it is resumed, and for a call in another folder.
    """
    repo = _repository(event.cwd)
    way = arming.why_on(event.session_id, repo)
    if way in (arming.PROCESS, arming.REPOSITORY):
        arming.arm_session(event.session_id, repo)
    return bool(way) or _is_fork(event, repo)


def _is_fork(event: Event, repo: str) -> bool:
    """Whether the session goes on with an armed one; it then begins with what that has done."""
    lines = forks.parent(event)
    if lines and not _finished(lines):
        ledger_of(event).go_on(0, {**lines[0], **_identity(event), "size": 0}, *lines[1:])
        arming.arm_session(event.session_id, repo)
        return True
    if event.phase == events.BEFORE_TOOL and os.path.isfile(event.transcript_path):
        arming.know_stranger(event.session_id)
    return False


def starts_healing(event: Event) -> bool:
    """Whether this event is what switches healing on: the skill's call, or its slash command."""
    if event.phase == events.PROMPT:
        command, _, words = event.prompt.strip().partition(" ")
        return _is_skill(command, "/") and words.strip() != OFF
    if event.phase in (events.BEFORE_TOOL, events.AFTER_TOOL) and event.tool:
        if event.tool.name == "Skill":
            return _is_skill(event.tool.arguments.get("skill"), "")
        return event.runtime in _WITHOUT_SKILL_CALL and _reads_skill(event.tool, event.cwd)
    return False


def ends_healing(event: Event) -> bool:
    """Whether the person typed the slash command that switches healing off."""
    command, _, words = event.prompt.strip().partition(" ")
    return event.phase == events.PROMPT and _is_skill(command, "/") and words.strip() == OFF


def start(event: Event) -> None:
    """Switch healing on, and remember where the session started."""
    arming.arm_session(event.session_id, _repository(event.cwd))
    _begun(event)


def heard(event: Event) -> None:
    """Remember the person's own words, once where a runtime tells them in two events."""
    last = _begun(event)[-1]
    if event.prompt and (last["fact"], last.get("text")) != ("prompt", event.prompt):
        ledger_of(event).append({"fact": "prompt", "text": event.prompt})


def overheard(event: Event) -> None:
    """Remember a prompt from before healing that names a branch of one: rule 5 goes by it.

    Only what the launcher hands on is kept, so an ordinary prompt leaves nothing behind.
    """
    if event.prompt:
        heard(event)


def is_over(event: Event) -> bool:
    """Whether the last stop was accepted with valid reports, so that a new prompt ends healing."""
    if not event.prompt:
        return False
    return _finished(ledger_of(event).read())


def _finished(lines: list[Line]) -> bool:
    """Whether nothing was changed since a stop that was accepted with valid reports."""
    last = next((line for line in reversed(lines) if _ends_or_changes(line)), {})
    return last.get("fact") == "stop" and last["valid"] is True


def _ends_or_changes(line: Line) -> bool:
    return line["fact"] in ("stop", "edit") or bool(line.get("sent"))


def end(event: Event) -> None:
    """Switch healing off; a later healing in the same session begins with no facts."""
    arming.disarm_session(event.session_id)
    folder = _folder(key_of(event))
    if os.path.isdir(folder):
        os.replace(folder, f"{folder}~{time.time_ns()}")


def load(event: Event) -> Session:
    """Everything known about an active event's session; raises `LedgerError` when damaged."""
    return of_lines(key_of(event), _inherited(event, _begun(event)), event.cwd)


def of_lines(key: str, lines: list[Line], cwd: str) -> Session:
    """The session that a ledger's lines tell of; without lines it starts in `cwd`."""
    place, facts = facts_of(lines, cwd)
    started = str(lines[0].get("at", "")) if lines else ""
    return Session(key, True, place, facts, policy.load(place.repo), started)


def facts_of(lines: list[Line], cwd: str) -> tuple[Workspace, Facts]:
    """Where the session of a ledger works, and what it knows; without lines it starts in `cwd`."""
    begun = lines[0] if lines else {}
    place = workspace.find(str(begun.get("folder") or cwd))
    if not place.project:
        from pipeline_guard.facts import project  # needed where several projects lie equally near

        place = place._replace(project=project.chosen(lines, place, cwd))
    return place, folding.fold(lines, place)


def _begun(event: Event) -> list[Line]:
    """The ledger's lines; a new ledger begins with where the session started."""
    ledger = ledger_of(event)
    lines = ledger.read()
    if not lines:
        place = {"fact": "start", "folder": event.cwd, "runtime": event.runtime}
        start = {**place, **_identity(event), "size": forks.size(event.transcript_path)}
        ledger.go_on(0, start)
        lines = ledger.read()
    return lines


def _inherited(event: Event, lines: list[Line]) -> list[Line]:
    """A session that has learned nothing yet takes over what the one that it goes on with has.

    The fork of a conversation within one process is on from its first event; its transcript,
    which tells where it comes from, is there by its first call.
    """
    if any("from" in line or line["fact"] not in ("start", "prompt") for line in lines):
        return lines
    older = forks.parent(event)
    if len(older) < 2 or _finished(older):
        return lines
    ledger = ledger_of(event)
    ledger.go_on(len(lines), *older[1:])
    return ledger.read()


def _identity(event: Event) -> Line:
    return {"session": event.session_id, "transcript": event.transcript_path}


def ledger_of(event: Event) -> Ledger:
    """The ledger of the session that an event belongs to."""
    return Ledger(_folder(key_of(event)))


def key_of(event: Event) -> str:
    """The session's key: found by its id, else by its transcript, else a new one.

    The transcript is written down with the key when it is first seen, so that a conversation
    whose id changes keeps its facts.
    """
    key = home.file_name(event.session_id)
    if os.path.isdir(_folder(key)) or not event.transcript_path:
        return key
    link = os.path.join(home.folder("transcripts"), home.file_name(event.transcript_path))
    known = _read(link)
    if not known:
        home.replace(link, key)
    return known or key


def _folder(key: str) -> str:
    return os.path.join(home.state_folder(), "sessions", key)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise LedgerError(f"{path} cannot be read: {error.strerror}.") from None


def _repository(cwd: str) -> str:
    return workspace.find_repository(cwd)


def _is_skill(name: object, slash: str) -> bool:
    """The skill's name, alone or after a plugin's name and a colon."""
    if not isinstance(name, str) or not name.startswith(slash):
        return False
    return name.removeprefix(slash).rpartition(":")[2] == SKILL


def _reads_skill(tool: ToolCall, cwd: str) -> bool:
    """Whether the call reads the installed copy of the skill."""
    if not any("SKILL.md" in str(value) for value in tool.arguments.values()):
        return False
    from pipeline_guard import calls
    from pipeline_guard.effects import ReadPath

    read = [e.path for e in calls.effects_of(tool, cwd) if isinstance(e, ReadPath)]
    return any(path.endswith(f"/{SKILL}/SKILL.md") for path in read)
