"""Compares a turn, or the end, with what was recorded; prose is never compared."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from agent_replay.normalise import Bindings, plain
from agent_replay.transcript import End, Turn, Verdict

END = 0
"""The turn number of a difference in the end state."""


class Difference(NamedTuple):
    """One thing that went otherwise: in which turn (from 1), what, and both sides as lines."""

    turn: int
    of: str
    call: str
    rules: tuple[str, ...]
    recorded: tuple[str, ...]
    actual: tuple[str, ...]

    def diff(self) -> str:
        """A unified diff, the recording against now."""
        lines = difflib.unified_diff(self.recorded, self.actual, "recorded", "now", lineterm="")
        return "\n".join(lines)


def turns(
    number: int,
    recorded: Turn,
    actual: Turn,
    bindings: Bindings,
    unseen: Sequence[str] = (),
    same_words: bool = True,
) -> list[Difference]:
    """The differences of one turn. What is not known of the recording is not compared, nor how
    the tools of another runtime word what they did, which ends no text with blank lines either:
    `same_words` says that they are ours.
    """

    def differs(of: str, one: Sequence[str], other: Sequence[str]) -> Difference:
        rules = actual.verdict.rules if actual.verdict else ()
        return Difference(number, of, _call(recorded), rules, tuple(one), tuple(other))

    found = []
    if unseen:
        found.append(differs("arguments", [*unseen], ["an id that nothing has shown before"]))
    if recorded.verdict and actual.verdict and not _same_verdict(recorded.verdict, actual.verdict):
        found.append(differs("verdict", _said(recorded.verdict), _said(actual.verdict)))
    elif recorded.result and actual.result:
        one, other = _code(recorded), _code(actual)
        if one != other:
            found.append(differs("exit code", [one], [other]))
        before, after = recorded.result.text, actual.result.text
        comparable = same_words or recorded.call.tool == "Bash"
        if not same_words:
            before, after = before.strip(), after.strip()
        if comparable and not bindings.same(before, after):
            before = bindings.translated(before)
            found.append(differs("result", before.splitlines(), after.splitlines()))
    elif bool(recorded.result) != bool(actual.result):
        found.append(differs("result", [_ran(recorded)], [_ran(actual)]))
    return found


def decisions(
    number: int, recorded: Turn, log: Sequence[str], actual: Sequence[str], since: int
) -> list[Difference]:
    """Whether what a turn added to the guard's log, after `since` entries, was recorded there."""
    begun, added = log[since : len(actual)], actual[since:]
    if list(map(plain, begun)) == list(map(plain, added)):
        return []
    return [Difference(number, "decisions", _call(recorded), (), tuple(begun), tuple(added))]


def ends(recorded: End, actual: End, bindings: Bindings) -> list[Difference]:
    """The differences of the end states, one for each kind of thing."""
    return list(_ends(recorded, actual, bindings))


def _ends(recorded: End, actual: End, bindings: Bindings) -> Iterator[Difference]:
    known = ("refs", "tables", "commits", "files", "decisions", "facts")
    for name in known if _knows_lakehouse(recorded) else known[2:]:
        one, other = getattr(recorded, name), getattr(actual, name)
        if name == "refs":
            one = {
                bindings.translated(key): bindings.translated(value) for key, value in one.items()
            }
            one, other = _bound_refs(one, other)
        if isinstance(one, dict):
            one, other = _listed(one), _listed(other)
        if list(map(plain, one)) != list(map(plain, other)):
            yield Difference(END, name, "the end state", (), tuple(one), tuple(other))
    if recorded.stop and actual.stop and recorded.stop.decision != actual.stop.decision:
        one, other = _said(recorded.stop), _said(actual.stop)
        yield Difference(END, "verdict", "stop", actual.stop.rules, tuple(one), tuple(other))


def _knows_lakehouse(recorded: End) -> bool:
    """Whether the session was recorded where the lakehouse's refs and tables could be seen."""
    return any(name.startswith("bauplan:") for name in recorded.refs)


def _bound_refs(
    recorded: dict[str, str], actual: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Bauplan's hashes repeat from the seed and are compared; git's carry today's date."""

    def without(refs: dict[str, str]) -> dict[str, str]:
        return {name: "" if name.startswith("git:") else value for name, value in refs.items()}

    return without(recorded), without(actual)


def _listed(value: dict[str, Any]) -> list[str]:
    return [f"{name}: {json.dumps(item)}" for name, item in sorted(value.items())]


def _same_verdict(recorded: Verdict, actual: Verdict) -> bool:
    return recorded.decision == actual.decision and set(recorded.rules) == set(actual.rules)


def _said(verdict: Verdict) -> list[str]:
    rules = f" by {', '.join(verdict.rules)}" if verdict.rules else ""
    return [f"{verdict.decision}{rules}", *verdict.reason.splitlines()]


def _code(turn: Turn) -> str:
    result = turn.result
    assert result is not None
    ended = {None: "not known", True: "ok", False: "failed"}[result.ok]
    return f"{ended}, exit code {result.exit_code}" if result.exit_code is not None else ended


def _ran(turn: Turn) -> str:
    return "the call ran" if turn.result else "the call did not run"


def _call(turn: Turn) -> str:
    arguments = turn.call.input
    what = arguments.get("command") or arguments.get("file_path") or json.dumps(arguments)
    return f"{turn.call.tool} {what}"
