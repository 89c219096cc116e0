"""What may differ between two runs of one session, and nothing else: ids, hashes, times, paths.

Declared kinds: UUIDs, hashes of 40 or 64 hex digits and their beginnings, snapshot numbers, times,
durations, loopback addresses. An id of the recording stands for one id of the replay, all the way
through: `Bindings` learns the pairs from results and puts them into later arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

_KINDS = {
    "id": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "hash": r"(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])",
    "time": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \d{4}(?: [+-]\d{4})?"
    r"|(?<=-)20\d{12}(?=-)",
    "duration": r"\d+(?:\.\d+)? ?(?:ms|s|sec|seconds?)\b",
    "number": r"\d{17,19}(?!\d)",
    "address": r"127\.0\.0\.1:\d+",
    "short": r"(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,39}(?![0-9a-zA-Z])"
    r"|(?<= )[0-9]{7,39}(?=\] )",  # as `git commit` prints it
}
_START = r"(?:(?<![0-9a-zA-Z])|(?<=\x1b\[\dm)|(?<=\x1b\[\d\dm))"
_TOKEN = re.compile(
    f"{_START}(?:" + "|".join(f"(?P<{kind}>{form})" for kind, form in _KINDS.items()) + ")"
)
_DIGITS = re.compile(r"(?<![0-9a-zA-Z])[0-9]{7,39}(?![0-9a-zA-Z])")
_ANY_HASH = "[0-9a-f]{7,39}"
_BOUND = ("id", "hash", "short", "number")


class Token(NamedTuple):
    """A part of a text: literal (kind `""`), or of a declared kind."""

    kind: str
    text: str


def tokens(text: str) -> Iterator[Token]:
    """The parts of a text, in order."""
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() > end:
            yield Token("", text[end : match.start()])
        yield Token(str(match.lastgroup), match[0])
        end = match.end()
    if end < len(text):
        yield Token("", text[end:])


def plain(text: str) -> str:
    """The text with every part that may differ replaced by its kind."""
    return "".join(f"<{part.kind}>" if part.kind else part.text for part in tokens(text))


def _form(part: Token) -> str:
    """What may stand in a part's place. A short hash is one by its place: it may be all digits."""
    if not part.kind:
        return re.escape(part.text)
    return f"({_ANY_HASH if part.kind == 'short' else _KINDS[part.kind]})"


def first_id(text: str) -> str:
    """The first UUID that a text names; `""` where there is none."""
    return next((part.text for part in tokens(text) if part.kind == "id"), "")


class Bindings:
    """Which id of the recording is which id of the replay."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self._forward: dict[str, str] = {}
        self._back: dict[str, str] = {}
        self._paths: list[tuple[str, str]] = []
        for recorded, actual in (known or {}).items():
            self._bind(recorded, actual)

    def path(self, recorded: str, actual: str) -> None:
        """A folder of the recording lies elsewhere now."""
        self._paths.append((recorded, actual))

    def same(self, recorded: str, actual: str) -> bool:
        """Whether two texts are the same but for what is declared; learns the pairs if so."""
        actual = self._recorded_paths(actual)
        parts = list(self._tokens(recorded))
        match = re.fullmatch("".join(map(_form, parts)), actual)
        if match is None:
            return False
        kinds = [part for part in parts if part.kind]
        pairs = list(zip(kinds, match.groups(), strict=True))
        bound = [(part.text, now) for part, now in pairs if part.kind in _BOUND]
        if not all(self._agrees(one, other) for one, other in bound):
            return False
        for one, other in bound + [(part.text, now) for part, now in pairs if part.kind == "time"]:
            self._bind(one, other)
        return True

    def translated(self, value: Any) -> Any:
        """A JSON value of the recording with the replay's ids, times and folders in it."""
        if isinstance(value, str):
            return self.folders("".join(self._actual(part) for part in self._tokens(value)))
        return _each(value, self.translated)

    def folders(self, value: Any) -> Any:
        """A JSON value with the replay's folders in it, and nothing else changed."""
        if isinstance(value, str):
            for recorded, actual in self._paths:
                value = value.replace(recorded, actual)
            return value
        return _each(value, self.folders)

    def unseen(self, value: Any) -> list[str]:
        """The ids and hashes in a JSON value that nothing has shown before."""
        if isinstance(value, str):
            parts = (part for part in tokens(value) if part.kind in ("id", "hash"))
            return [part.text for part in parts if self._known(part.text) is None]
        items = value.values() if isinstance(value, Mapping) else value
        if isinstance(value, (Mapping, list, tuple)):
            return [found for item in items for found in self.unseen(item)]
        return []

    def told(self, text: str) -> None:
        """A person has named ids and hashes: where they stand for no other, they are shown now."""
        for part in tokens(text):
            if part.kind in ("id", "hash") and self._known(part.text) is None:
                self._bind(part.text, part.text)

    def _tokens(self, text: str) -> Iterator[Token]:
        """The parts of a text of the recording, with known short hashes that are digits alone."""
        for part in tokens(text):
            end = 0
            for match in _DIGITS.finditer(part.text if not part.kind else ""):
                if self._known(match[0]) is not None:
                    yield Token("", part.text[end : match.start()])
                    yield Token("short", match[0])
                    end = match.end()
            yield part._replace(text=part.text[end:])

    def _recorded_paths(self, text: str) -> str:
        for recorded, actual in self._paths:
            text = text.replace(actual, recorded)
        return text

    def _actual(self, part: Token) -> str:
        if part.kind in (*_BOUND, "time"):
            return self._known(part.text) or part.text
        return part.text

    def _known(self, recorded: str) -> str | None:
        if recorded in self._forward:
            return self._forward[recorded]
        size = len(recorded)
        found = (b[:size] for a, b in self._forward.items() if a.startswith(recorded) and size > 6)
        return next(found, None)

    def _agrees(self, recorded: str, actual: str) -> bool:
        known = self._known(recorded)
        return known == actual if known is not None else actual not in self._back

    def _bind(self, recorded: str, actual: str) -> None:
        self._forward.setdefault(recorded, actual)
        self._back.setdefault(actual, recorded)


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """A JSON value's parts, changed; what has no parts is left as it is."""
    if isinstance(value, Mapping):
        return {key: change(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(change(item) for item in value)
    return value
