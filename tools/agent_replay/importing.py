"""Reads what agents leave behind: Claude Code's session files, `stream-json`, API conversations.

A session file lies beside a folder of its name that holds the files of its subagents; their calls
come where the file system's times put them. What a form does not tell stays empty.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agent_replay import versions
from agent_replay.import_records import Conversation, Record, lines
from agent_replay.redact import Redactor
from agent_replay.transcript import (
    BadTranscript,
    Header,
    Origin,
    Part,
    Transcript,
    Versions,
    utf8_text,
)

FORMS = ("claude", "stream-json", "messages")


class _Found:
    """What the records tell beside the conversation."""

    def __init__(self) -> None:
        self.conversation = Conversation()
        self.model = ""
        self.date = ""
        self.folder = ""
        self.version = ""


def load(
    path: Path, form: str = "", scenario: str = "", redactor: Redactor | None = None
) -> Transcript:
    """Import one file; the form is told from its first record unless it is given.

    Raises BadTranscript that names the line, or says that the form is not known.
    """
    masking = redactor or Redactor()
    found = _Found()
    form = form or _form(path)
    _READERS[form](path, found)
    body = masking.value(
        {
            "turns": [turn.model_dump() for turn in found.conversation.finished()],
            "unknown": [record.model_dump() for record in found.conversation.unknown],
        }
    )
    header = _header(path, found, form, scenario, masking)
    return Transcript.model_validate({"header": header, **body})


def _header(
    path: Path, found: _Found, form: str, scenario: str, redactor: Redactor
) -> dict[str, Any]:
    runtime = "messages-api" if form == "messages" else "claude"
    header = Header(
        title=f"imported from {path.name}",
        origin=Origin(kind="live", model=found.model, date=found.date),
        versions=Versions(
            runtime=Part(name=runtime, version=found.version),
            scenario=versions.of_scenario(scenario) if scenario else None,
        ),
        folder=redactor.text(found.folder),
    )
    return header.model_copy(update={"redactions": redactor.redactions}).model_dump()


def _form(path: Path) -> str:
    if path.suffix == ".json":
        return "messages"
    for _, record in lines(path):
        if "session_id" in record:
            return "stream-json"
        if "sessionId" in record:
            return "claude"
    raise BadTranscript(f"{path}: its form is not known; name it with --from: {', '.join(FORMS)}")


def _claude(path: Path, found: _Found) -> None:
    """The session's own file and those of its subagents, in the order of their times."""
    files = [path, *sorted((path.with_suffix("") / "subagents").glob("*.jsonl"))]
    records = [(record, number) for file in files for number, record in lines(file)]
    for record, number in sorted(records, key=lambda pair: str(pair[0].get("timestamp", ""))):
        _claude_record(record, number, found)


def _claude_record(record: Record, number: int, found: _Found) -> None:
    kind, agent = record.get("type"), str(record.get("agentId") or "")
    message = record.get("message")
    _noted(found, record.get("cwd"), record.get("version"), record.get("timestamp"), message)
    if kind == "assistant" and isinstance(message, Mapping):
        found.conversation.said(number, message, agent)
    elif kind == "user" and isinstance(message, Mapping) and not record.get("isMeta"):
        branch = str(record.get("gitBranch") or "")
        _claude_user(message, number, found, agent, branch)
    else:
        found.conversation.keep(number, str(kind), dict(record))


def _claude_user(message: Record, number: int, found: _Found, agent: str, branch: str) -> None:
    content = message.get("content")
    if not isinstance(content, str):
        found.conversation.heard(number, message, agent, branch)
    elif not agent:
        found.conversation.prompt(content)


def _stream(path: Path, found: _Found) -> None:
    """What `claude -p --output-format stream-json --verbose` prints."""
    for number, record in lines(path):
        kind, message = record.get("type"), record.get("message")
        agent = str(record.get("parent_tool_use_id") or "")
        version = record.get("claude_code_version")
        _noted(found, record.get("cwd"), version, record.get("timestamp"), message)
        if kind == "assistant" and isinstance(message, Mapping):
            found.conversation.said(number, message, agent)
        elif kind == "user" and isinstance(message, Mapping) and not record.get("isSynthetic"):
            found.conversation.heard(number, message, agent)
        else:
            found.conversation.keep(number, str(kind), dict(record))


def _messages(path: Path, found: _Found) -> None:
    """A Messages API conversation: a list of messages, or a request with `messages`."""
    text = utf8_text(path)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise BadTranscript(f"{path}:{line}: not JSON: {error}") from error
    body = value if isinstance(value, Mapping) else {"messages": value}
    found.model = str(body.get("model") or "")
    if not isinstance(body.get("messages"), list):
        raise BadTranscript(f"{path}:1: there are no messages in it")
    for number, message in enumerate(body["messages"], 1):
        if not isinstance(message, Mapping):
            raise BadTranscript(f"{path}: message {number} is not an object")
        _message(number, message, found.conversation)


def _message(number: int, message: Record, conversation: Conversation) -> None:
    if message.get("role") == "assistant":
        conversation.said(number, message)
    elif message.get("role") == "user":
        conversation.heard(number, message)
    else:
        conversation.keep(number, f"role {message.get('role')}", dict(message))


def _noted(found: _Found, folder: Any, version: Any, date: Any, message: Any) -> None:
    """The first word on folder, version and date; the model of the first answer."""
    found.folder = found.folder or str(folder or "")
    found.version = found.version or str(version or "")
    found.date = found.date or str(date or "")
    if isinstance(message, Mapping):
        found.model = found.model or str(message.get("model") or "")


_READERS: dict[str, Callable[[Path, _Found], None]] = {
    "claude": _claude,
    "stream-json": _stream,
    "messages": _messages,
}
