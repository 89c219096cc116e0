"""The arguments of a tool call: each is of the type that the tool takes, or the call is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Arguments = Mapping[str, Any]


class Odd(Exception):
    """An argument is missing or of another type than the tool takes."""


def text_of(arguments: Arguments, key: str, default: str | None = None) -> str:
    """A text, or the default where it is not given."""
    value = arguments.get(key, default)
    if not isinstance(value, str):
        raise Odd(f"its argument {key} is not a text")
    return value


def only(arguments: Arguments, known: str) -> None:
    """Raise Odd for an argument that is not among the known ones: its meaning is not known."""
    odd = [key for key in arguments if key not in known.split()]
    if odd:
        raise Odd(f"its argument {odd[0]} is not one the guard knows")
