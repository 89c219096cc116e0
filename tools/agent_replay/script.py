"""A script: what a scripted agent says and does, as JSON lines: a header, then one turn a line.

Playing it gives a transcript. A script cannot know ids in advance: a turn may `capture` parts of a
result by name with a regular expression of one group; later arguments use them as `{{name}}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from self_heal.errors import BadInput

M = TypeVar("M", bound=BaseModel)
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


class BadScript(BadInput):
    """A script that cannot be read; the message names file, line and what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(_Strict):
    """The first line of a script."""

    script: Literal[1]
    title: str
    scenario: str
    prompt: str


class Call(_Strict):
    """A tool call as the agent makes it, in Claude Code's names."""

    tool: str
    input: dict[str, Any]


class Expectation(_Strict):
    """What the guard must say; `rule` is the rulebook's key of a denial."""

    verdict: Literal["allow", "ask", "deny"] = "allow"
    rule: str = ""


class Turn(_Strict):
    """One thing the agent says and one call it makes."""

    say: str
    step: int = Field(ge=0, le=7)
    call: Call
    expect: Expectation = Expectation()
    capture: dict[str, str] = {}


class Script(_Strict):
    """A whole scripted session."""

    header: Header
    turns: tuple[Turn, ...]


def read(path: Path) -> Script:
    """Parse a script; a damaged one raises `BadScript` with its line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadScript(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadScript(f"{path} is not UTF-8 text") from error
    if not lines:
        raise BadScript(f"{path} is empty: a script starts with a header line")
    header = _line(path, 1, lines[0], Header)
    turns = tuple(_line(path, n, line, Turn) for n, line in enumerate(lines[1:], 2))
    return Script(header=header, turns=turns)


def _line(path: Path, number: int, line: str, model: type[M]) -> M:
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadScript(f"{path}:{number}: {where}: {first['msg']}") from error


def fill(value: Any, names: Mapping[str, str]) -> Any:
    """Put captured values into every `{{name}}` of a JSON value; an unknown name is an error."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda match: _lookup(match.group(1), names), value)
    if isinstance(value, Mapping):
        return {key: fill(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    return value


def _lookup(name: str, names: Mapping[str, str]) -> str:
    if name not in names:
        raise BadScript(f"{{{{{name}}}}} is used before a turn has captured it")
    return names[name]


def captured(turn: Turn, text: str, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the turn captures from a result; a pattern that does not match is an error."""
    found = {}
    for name, pattern in turn.capture.items():
        match = re.search(fill(pattern, names or {}), text, re.MULTILINE)
        if match is None:
            raise BadScript(f"{name}: {pattern!r} does not match the result:\n{text}")
        found[name] = match.group(1)
    return found
