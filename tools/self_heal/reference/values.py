"""Asks the real parser which values it takes: kind, bounds, letter case, leading dashes.

`probe` is a function from a value to the words that carry it (`["--limit=3"]` or `["3"]`); the
words of the command stand before them and `--help` behind, so that nothing is ever executed:
clap judges a value before it comes to `--help`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from self_heal.reference.program import Program

Takes = Callable[[str], bool]

_URL = "s3://bucket/key"
_PAIR = "key=value"
_TYPE_BOUNDS = sorted(
    {0, 1, *(sign * 2**bits + off for bits in (7, 8, 15, 16, 31, 32, 63, 64)
             for sign, off in ((1, -1), (1, 0), (-1, 0), (-1, -1)))}
)  # fmt: skip


def taker(program: Program, before: Sequence[str], spell: Callable[[str], list[str]]) -> Takes:
    """Whether the parser takes a value that is spelled so after the words `before`."""
    return lambda value: program.accepts([*before, *spell(value), "--help"])


def describe(takes: Takes, choices: Sequence[str], more: Sequence[str]) -> dict[str, Any]:
    """The `value` part of the reference: `kind`, and what belongs to that kind.

    `choices` are those the help lists, `more` are words to try for ones that it hides.
    """
    if choices:
        return _describe_choice(takes, choices, more)
    if takes("word"):
        return {"kind": "string" if takes("") else "path"}
    if takes("1"):
        return {"kind": "integer", "min": _bound(takes, -1), "max": _bound(takes, 1)}
    if takes(_PAIR):
        return {"kind": "pair"}
    if takes(_URL):
        return {"kind": "url"}
    return {"kind": "unknown"}


def _describe_choice(takes: Takes, choices: Sequence[str], more: Sequence[str]) -> dict[str, Any]:
    hidden = [word for word in more if word not in choices and takes(word)]
    ignore_case = all(takes(word.upper()) for word in choices)
    value: dict[str, Any] = {"kind": "choice", "choices": list(choices)}
    if ignore_case:
        value["ignore_case"] = True
    if hidden:
        value["hidden_choices"] = hidden
    return value


def _bound(takes: Takes, direction: int) -> int:
    """The last integer that is taken, from 1 in this direction: a type's bound, or one between."""
    steps = [bound for bound in _TYPE_BOUNDS[::direction] if (bound - 1) * direction > 0]
    good = 1
    for step in steps:
        if not takes(str(step)):
            return _between(takes, good, step)
        good = step
    return good


def _between(takes: Takes, good: int, bad: int) -> int:
    while abs(good - bad) > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if takes(str(middle)) else (good, middle)
    return good
