"""Is there anything in it? Placeholders that were left in, and headings with nothing below them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline_guard.reports import markdown
from pipeline_guard.reports import schema as schemas
from pipeline_guard.reports.read import Path, Report

# Angle brackets that are no placeholders: Python's frame names, and HTML.
_PYTHON = {
    "module",
    "lambda",
    "listcomp",
    "dictcomp",
    "setcomp",
    "genexpr",
    "locals",
    "string",
    "stdin",
}
_EMPTY_CELLS = {"null", "none", "nan", "na", "nat"}
_HTML = {
    "br",
    "hr",
    "p",
    "b",
    "i",
    "em",
    "strong",
    "code",
    "pre",
    "sub",
    "sup",
    "details",
    "summary",
}
_NAMES = _PYTHON | _EMPTY_CELLS | _HTML
_BRACKETS = re.compile(r"<([A-Za-z][A-Za-z0-9_ -]*)>|\{\{\s*([a-z_ ]+)\s*\}\}")
_LATER = re.compile(
    r"\b(TODO|TBD|FIXME|XXX)\b|to be (filled|determined|done|written)|fill (this|me) in", re.I
)
_NOTHING = {
    *("na", "n/a", "none", "nil", "null", "unknown", "pending", "not applicable"),
    *("same", "ditto", "same as above", "see above", "see below", "see logs", "placeholder"),
    *("test", "text", "ok", "x", "xxx", "lorem ipsum", "content", "number", "rows", "output"),
    *("summary", "schema", "sample", "anomalies", "todo", "tbd", "fixme"),
}

_ASKS = re.compile(r"(please )?(paste|insert|add|put|copy)\b.{0,60}\b(here|output|below)")

Fault = tuple[Path, int, str]


def faults(report: Report) -> Iterator[Fault]:
    """What is left in or left out of each section, before its meaning is looked at."""
    schema = schemas.load(report.kind)
    yield from _title(report, schema)
    for key, part in report.sections.items():
        entry = schema["properties"][key]
        if schemas.fields(schema, key):
            yield from _fields(report, key, part, entry)
        elif _is_nothing(part.text):
            said = "still reads `pending`" if "pending" in part.text.lower() else "is empty"
            words = f"the section `{part.heading}` {said}: {entry['description']}"
            yield (key,), part.line, words
        else:
            yield from (((key,), line, words) for line, words in _left_in(part, entry))


def _title(report: Report, schema: schemas.Schema) -> Iterator[Fault]:
    key = schemas.title(schema)[0]
    if placeholder := _placeholder(str(report.data.get(key, ""))):
        yield (key,), report.line((key,)), f"the placeholder `{placeholder}` was left in the title"


def _fields(
    report: Report, key: str, part: markdown.Section, entry: schemas.Schema
) -> Iterator[Fault]:
    for name, below in entry["properties"].items():
        path, value = (key, name), str(report.data[key].get(name, ""))
        absent = name not in report.data[key]
        if absent and name != "line":
            yield path, part.line, f"no `**{below['x-field']}**:` line: {below['description']}"
        elif placeholder := _placeholder(value):
            yield (
                path,
                report.line(path),
                f"the placeholder `{placeholder}` was left in: {below['description']}",
            )
        elif name != "line" and _is_nothing(value) and value.lower() not in ("none", "pending"):
            yield path, report.line(path), f"`{below['x-field']}` is empty: {below['description']}"


def _left_in(part: markdown.Section, entry: schemas.Schema) -> Iterator[tuple[int, str]]:
    """Placeholders in a section; in pasted output only one that is all there is."""
    template = entry["x-template"]
    if _same(part.text, template):
        yield (
            part.line,
            f"the template's own words were left in `{part.heading}`: {entry['description']}",
        )
        return
    prose = [block for block in part.blocks if block.kind != markdown.CODE]
    for block in [] if entry.get("x-verbatim") else prose:
        found = _placeholder(block.text) or _promise(block.text)
        if found:
            yield block.line, f"the placeholder `{found}` was left in `{part.heading}`"


def _same(text: str, template: str) -> bool:
    words, wanted = (re.sub(r"[^a-z0-9]+", " ", part.lower()).strip() for part in (text, template))
    return words == wanted or bool(re.fullmatch(r"[\s`]*<[^<>\n]*>[\s`]*", text))


def _placeholder(text: str) -> str:
    for match in _BRACKETS.finditer(text):
        if (match.group(1) or match.group(2)).strip().lower() not in _NAMES:
            return match.group()
    return text.strip() if re.fullmatch(r"<[^<>]+>", text.strip()) else ""


def _promise(text: str) -> str:
    match = _LATER.search(text)
    return match.group() if match else ""


def _is_nothing(text: str) -> bool:
    words = " ".join(text.lower().split()).strip(" .:-–—_*`'\"…()[]<>")
    return words in _NOTHING or not re.search(r"\w", words) or bool(_ASKS.fullmatch(words))
