"""What bash makes of a known value: `${a:0:8}`, `${a%%-*}`, `${a##*/}`, `$((a + 1))`.

Only forms that bash and zsh read in the same way, whatever the locale and the options are; every
other one stays unknown.
"""

from __future__ import annotations

import re

_SLICE = re.compile(r":(\d{1,6})(?::(\d{1,6}))?", re.ASCII)
_PATTERN = re.compile(r"[\w./:@,*?-]+", re.ASCII)
_SUM = re.compile(r"\s*(\d{1,9})\s*([-+*])\s*(\d{1,9})\s*", re.ASCII)


def sliced(value: str, form: str) -> str | None:
    """`:offset` or `:offset:length` of an ASCII value; None where it is no such form."""
    found = _SLICE.fullmatch(form)
    if found is None or not value.isascii():
        return None
    start = int(found[1])
    return value[start : start + int(found[2])] if found[2] else value[start:]


def trimmed(value: str, operator: str, pattern: str) -> str | None:
    """The value without the shortest (`#`, `%`) or longest (`##`, `%%`) match at one end."""
    if not _PATTERN.fullmatch(pattern) or not value.isascii():
        return None
    pieces = {"*": ".*", "?": "."}
    expression = re.compile("(?s:" + "".join(pieces.get(c, re.escape(c)) for c in pattern) + ")")
    at_start, longest = operator[0] == "#", len(operator) == 2
    lengths = range(len(value) + 1)
    for length in reversed(lengths) if longest else lengths:
        cut = len(value) - length
        part, rest = (value[:length], value[length:]) if at_start else (value[cut:], value[:cut])
        if expression.fullmatch(part):
            return rest
    return value


def summed(text: str) -> str | None:
    """The result of one sum, difference or product of two plain decimal numbers."""
    found = _SUM.fullmatch(text)
    if found is None or any(len(n) > 1 and n.startswith("0") for n in (found[1], found[3])):
        return None
    a, b = int(found[1]), int(found[3])
    return str({"+": a + b, "-": a - b, "*": a * b}[found[2]])
