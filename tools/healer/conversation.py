"""What the model is sent, folded from the transcript: the same after a resume as before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from healer.budget import Meter
from healer.journal import Journal
from healer.model import Call, Reply, calls_of, without_thinking
from healer.prices import Usage

Entry = Mapping[str, Any]


class State(NamedTuple):
    """Where a healing stands.

    `open_calls` are those of the last answer that have no result; `begun` are their ids that were
    already running. `refused` counts the denied calls, `in_a_row` those since the last allowed one,
    `told` how often the model was told to go on.
    """

    messages: list[dict[str, Any]]
    open_calls: list[Call]
    begun: frozenset[str]
    cut: int
    context: int
    refused: int
    in_a_row: int
    told: int


def state(entries: Sequence[Entry]) -> State:
    """Fold the lines of a transcript."""
    messages: list[dict[str, Any]] = []
    results = {entry["id"]: entry for entry in entries if entry["entry"] == "result"}
    pending: list[Call] = []
    for entry in entries:
        if entry["entry"] == "start":
            messages.append(_user(entry["prompt"]))
        elif entry["entry"] == "cut":
            messages = _without_thinking(messages)
        elif entry["entry"] == "message" and entry.get("stop") != "refusal":
            _close(messages, pending, results)
            pending = _add(messages, entry)
    open_calls = [call for call in pending if call.id not in results]
    if not open_calls:
        _close(messages, pending, results)
    begun = frozenset(entry["id"] for entry in entries if entry["entry"] == "call")
    cuts = [entry["count"] for entry in entries if entry["entry"] == "cut"]
    told = sum(entry["entry"] == "message" and entry["role"] == "user" for entry in entries)
    refused, row = _refusals(entries)
    cut = cuts[-1] if cuts else 0
    return State(messages, open_calls, begun, cut, _context(entries), refused, row, told)


def _without_thinking(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is cut changes what came before later thoughts, and the API refuses those then."""
    kept = [{**message, "content": without_thinking(message["content"])} for message in messages]
    return [message for message in kept if message["content"]]


def meter(journal: Journal, model: str) -> Meter:
    """What the healing has used so far."""
    answers = [entry for entry in journal.entries if "usage" in entry]
    usage = Usage()
    for answer in answers:
        usage = usage.plus(Usage(*answer["usage"]))
    return Meter(model, usage, len(answers))


def answered(journal: Journal, reply: Reply) -> None:
    """Write an answer down."""
    journal.add(
        "message",
        role="assistant",
        content=reply.content,
        stop=reply.stop,
        usage=list(reply.usage),
        broken=dict(reply.broken),
    )


def told(journal: Journal, words: str) -> None:
    """Write down what the model is told besides the results."""
    journal.add("message", role="user", content=[{"type": "text", "text": words}])


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def _add(messages: list[dict[str, Any]], entry: Entry) -> list[Call]:
    """Append a message; two of one side in a row become one. Gives the calls it makes."""
    if not entry["content"]:
        return []
    if messages and messages[-1]["role"] == entry["role"]:
        messages[-1]["content"] = [*messages[-1]["content"], *entry["content"]]
    else:
        messages.append({"role": entry["role"], "content": list(entry["content"])})
    return calls_of(entry["content"], entry.get("broken", {}))


def _close(
    messages: list[dict[str, Any]], calls: Sequence[Call], results: Mapping[str, Entry]
) -> None:
    """The results of all calls of an answer stand in one message behind it."""
    if calls:
        content = [_result(call.id, results[call.id]) for call in calls]
        messages.append({"role": "user", "content": content})


def _result(call_id: str, entry: Entry) -> dict[str, Any]:
    text = entry["text"] or "(no output)"
    block = {"type": "tool_result", "tool_use_id": call_id, "content": text}
    return block if entry["ok"] else {**block, "is_error": True}


def _refusals(entries: Sequence[Entry]) -> tuple[int, int]:
    refused = row = 0
    for entry in entries:
        if entry["entry"] == "result":
            denied = entry["decision"] == "deny"
            refused += denied
            row = row + 1 if denied else 0
    return refused, row


def _context(entries: Sequence[Entry]) -> int:
    """The tokens of the last request and its answer, unless room was made since."""
    for entry in reversed(entries):
        if entry["entry"] == "cut":
            return 0
        if "usage" in entry:
            return Usage(*entry["usage"]).total
    return 0
