"""Checks every `bauplan` command that a document shows against a reference.

`<placeholders>` are words that fit their place; `…` and `...` stand for what is left out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline_guard import bauplan_cli
from pipeline_guard.bauplan_cli import Fault, Parse
from pipeline_guard.bauplan_cli.reference import Reference, Value
from self_heal import documents
from self_heal.errors import BadInput

_PLACEHOLDER = re.compile(r"<([A-Za-z][\w .|/:-]*)>")
_LEFT_OUT = frozenset(("…", "..."))
_SAMPLES = {"integer": "1", "pair": "key=value", "url": "s3://bucket/key"}


class Wrong(NamedTuple):
    """A command in a document that the program would refuse; `instead` is the right one."""

    file: str
    line: int
    text: str
    why: str
    instead: str


def check(file: Path, known: Reference) -> list[Wrong]:
    """All wrong commands of a Markdown document, in its order."""
    try:
        source = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read as a text: {error}.") from error
    return [
        Wrong(str(file), shown.line, shown.text, why, instead)
        for shown in documents.commands(source)
        for why, instead in objections(shown, known)
    ]


def objections(shown: documents.Shown, known: Reference) -> Iterator[tuple[str, str]]:
    """Why the program would refuse this command, and the right one; nothing where it is right."""
    try:
        words = _words(shown.text)
    except ValueError as error:
        yield f"it is not one shell command: {error}", ""
        return
    argv = [word for word in words if word not in _LEFT_OUT]
    filled, fault = _filled([*argv, "--help"] if shown.mention else argv, known)
    if fault is not None and not _is_excused(fault, len(argv) < len(words)):
        problem = bauplan_cli.read(filled, known).problems[0]
        yield problem.why, problem.instead


def _words(text: str) -> list[str]:
    """The words behind the program's name; a placeholder is one word, or a part of one."""
    marked = _PLACEHOLDER.sub(lambda found: f"‹{found[1].replace(' ', '_')}›", text)
    return [word.replace("‹", "<").replace("›", ">") for word in shlex.split(marked)][1:]


def _filled(argv: list[str], known: Reference) -> tuple[list[str], Fault | None]:
    """The words with values that fit for placeholders that need one, and what is wrong then."""
    parse = Parse(argv, known)
    fault = parse.run()
    found = _PLACEHOLDER.search(fault.part) if fault is not None else None
    if fault is None or found is None or fault.kind != bauplan_cli.BAD_VALUE:
        return argv, fault
    places = parse.command.positionals
    place = min(len(parse.positionals), len(places) - 1)
    value = fault.option.value if fault.option is not None else places[place].value
    word = argv[fault.end].replace(fault.part, _sample(value) if value is not None else "word")
    return _filled([*argv[: fault.end], word, *argv[fault.end + 1 :]], known)


def _sample(value: Value) -> str:
    return value.choices[0] if value.choices else _SAMPLES.get(value.kind, "word")


def _is_excused(fault: Fault, something_left_out: bool) -> bool:
    if something_left_out and fault.kind in (bauplan_cli.MISSING, bauplan_cli.NO_COMMAND):
        return True
    return fault.kind == bauplan_cli.UNKNOWN_COMMAND and _PLACEHOLDER.search(fault.part) is not None
