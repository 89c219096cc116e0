"""A transcript: one agent session as JSON lines, in one strict form.

The first line is the header; then comes one line for each turn, in the order in which the calls
ended, and a last one with the end state. Each line is an object with one key that tells its kind:
`header`, `turn`, `unknown`, `end`. A session that was cut off has no end and is valid.
`schemas/transcript.schema.json` is generated from these models.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from self_heal.errors import BadInput

SUFFIX = ".transcript.jsonl"
Decision = Literal["allow", "ask", "deny"]


class BadTranscript(BadInput):
    """A transcript that cannot be read; the message names file, line and what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Origin(_Strict):
    """Where a transcript comes from: a live model (which one, when) or a script."""

    kind: Literal["live", "scripted"]
    model: str = ""
    date: str = ""


class Part(_Strict):
    """One thing that took part: its name, its version, and a digest of its files."""

    name: str
    version: str = ""
    digest: str = ""


class Versions(_Strict):
    """Everything that can make a session go otherwise. None where an importer cannot know it."""

    runtime: Part
    bauplan: Part | None = None
    skill: Part | None = None
    guard: Part | None = None
    scenario: Part | None = None


class Redaction(_Strict):
    """What was masked before the file was written, and how often."""

    what: str
    count: Annotated[int, Field(ge=1)]


class Tolerance(_Strict):
    """A difference that a replay may show in one turn, and why; `turn` counts from 1."""

    turn: Annotated[int, Field(ge=1)]
    of: Literal["arguments", "exit code", "result"]
    reason: Annotated[str, Field(min_length=12)]


class Header(_Strict):
    """Who did what with which versions.

    `folder` is where the session worked, as the file writes it; `known` are names and ids that the
    agent was told, such as `job`.
    """

    format: Literal[1] = 1
    title: str
    origin: Origin
    versions: Versions
    folder: str
    known: dict[str, str] = {}
    redactions: tuple[Redaction, ...] = ()
    tolerances: tuple[Tolerance, ...] = ()


class Call(_Strict):
    """A tool call in Claude Code's names; `agent` tells a subagent's."""

    tool: str
    input: dict[str, Any]
    id: str = ""
    agent: str = ""


class Verdict(_Strict):
    """What the guard said; `rules` are the rulebook's keys of what decided it."""

    decision: Decision = "allow"
    rules: tuple[str, ...] = ()
    reason: str = ""


class Result(_Strict):
    """What the tool did: `ok` is None where the runtime does not say."""

    ok: bool | None
    text: str
    exit_code: int | None = None


class Question(_Strict):
    """A read-only command that the guard itself ran to judge this turn, and its answer.

    An answer that is no text (an archive) is `packed`: zlib, then base64.
    """

    command: tuple[str, ...]
    exit_code: int
    text: str = ""
    packed: str = ""


class State(_Strict):
    """What the guard reads of the workspace beside its files, after the turn.

    `branch`, `commit` and `moved` are git's HEAD and the last entry of its log; `active` is the
    active Bauplan branch.
    """

    branch: str = ""
    commit: str = ""
    moved: str = ""
    active: str = ""


class Turn(_Strict):
    """One call, the words before it, and what came of it.

    `prompt` is what the person typed before the call; `verdict` is None where it is not known,
    `result` where the call did not run. `state` is set where it has changed.
    """

    prompt: str = ""
    say: str = ""
    call: Call
    verdict: Verdict | None = None
    result: Result | None = None
    seconds: float = 0.0
    asked: tuple[Question, ...] = ()
    state: State | None = None


class Unknown(_Strict):
    """A record of the source that the importer does not know: its line there, kept as it was."""

    line: int
    kind: str
    record: Any


class End(_Strict):
    """How the session ended: what the guard said to the stop, and what is there now.

    `refs`, `tables` and `files` map a name to a hash, `commits` are the messages on each git
    branch, newest first, `decisions` is the guard's own log in short,
    `facts` counts what it learned.
    """

    stop: Verdict | None = None
    refs: dict[str, str] = {}
    tables: dict[str, str] = {}
    commits: dict[str, list[str]] = {}
    files: dict[str, str] = {}
    decisions: tuple[str, ...] = ()
    facts: dict[str, int] = {}
    asked: tuple[Question, ...] = ()


class Line(_Strict):
    """One line of the file: exactly one of these."""

    header: Header | None = None
    turn: Turn | None = None
    unknown: Unknown | None = None
    end: End | None = None


class Transcript(_Strict):
    """A whole session."""

    header: Header
    turns: tuple[Turn, ...]
    unknown: tuple[Unknown, ...] = ()
    end: End | None = None

    def lines(self) -> Iterator[Line]:
        """The lines of its file, in order."""
        yield Line(header=self.header)
        yield from (Line(turn=turn) for turn in self.turns)
        yield from (Line(unknown=record) for record in self.unknown)
        if self.end is not None:
            yield Line(end=self.end)


def utf8_text(path: Path) -> str:
    """A file's text; raises BadTranscript that names the file, and the line that is no UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise BadTranscript(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        raise BadTranscript(f"{path}:{number}: this is not UTF-8 text") from error


def read(path: Path) -> Transcript:
    """Parse a transcript file; a damaged one raises `BadTranscript` with its line.

    A last line without its newline was never finished: what is before it counts.
    """
    whole, _, _ = utf8_text(path).rpartition("\n")
    if not whole:
        raise BadTranscript(
            f"{path}:1: there is no whole line: a transcript starts with its header"
        )
    lines = [_line(path, n, line) for n, line in enumerate(whole.split("\n"), 1)]
    return _assembled(path, lines)


def _line(path: Path, number: int, text: str) -> Line:
    try:
        line = Line.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadTranscript(f"{path}:{number}: {where}: {first['msg']}".replace(": :", ":")) from (
            error
        )
    if len(line.model_fields_set) != 1:
        raise BadTranscript(f"{path}:{number}: a line has exactly one of {', '.join(_KINDS)}")
    return line


_KINDS = tuple(Line.model_fields)


def _assembled(path: Path, lines: list[Line]) -> Transcript:
    header, *rest = lines
    if header.header is None:
        raise BadTranscript(f"{path}:1: a transcript starts with its header")
    for number, line in enumerate(rest, 2):
        if line.header is not None:
            raise BadTranscript(f"{path}:{number}: a second header")
        if line.end is not None and number != len(lines):
            raise BadTranscript(f"{path}:{number}: the end is not the last line")
    turns = tuple(line.turn for line in rest if line.turn is not None)
    unknown = tuple(line.unknown for line in rest if line.unknown is not None)
    end = rest[-1].end if rest else None
    return Transcript(header=header.header, turns=turns, unknown=unknown, end=end)


def write(transcript: Transcript, path: Path) -> None:
    """Write the whole file, so that a reader sees the old text or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text("".join(map(dump, transcript.lines())), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        if temporary.exists():
            temporary.unlink()
        raise BadTranscript(f"{path} cannot be written: {error.strerror}") from error


def dump(line: Line) -> str:
    """One line as text, with its newline; what has its default is left out."""
    kept = line.model_copy(update={})
    return kept.model_dump_json(exclude_defaults=True, exclude_none=False) + "\n"


def schema() -> Mapping[str, Any]:
    """The JSON Schema of one line."""
    title = "A line of an agent session's transcript"
    form = Line.model_json_schema()
    form |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return form | {"minProperties": 1, "maxProperties": 1}
