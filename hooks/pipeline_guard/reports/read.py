"""A report file as data: the template's values, each with the line it stands on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from pipeline_guard.reports import markdown, values
from pipeline_guard.reports import schema as schemas

Path = tuple[str, ...]


class Report(NamedTuple):
    """What a report says.

    `data` has the shape of the schema; `lines` tells the line of each path in it; `sections` are
    the parts that are there, by key; `faults` are the headings that are missing or out of place.
    """

    kind: str
    data: Mapping[str, Any]
    lines: Mapping[Path, int]
    sections: Mapping[str, markdown.Section]
    faults: tuple[tuple[int, str], ...]

    def line(self, path: Path) -> int:
        """The line of a value, or that of the nearest part above it."""
        return next(
            (self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 1
        )


def read(kind: str, source: str, tags: Collection[str] = ()) -> Report:
    """Take a report apart; what is missing stays out of `data` and is named in `faults`."""
    schema = schemas.load(kind)
    known = schemas.headings(schema)
    before = schemas.title(schema)[1]
    parts = [_as_in_template(part, known, before) for part in markdown.sections(source)]
    below = {known[p.heading]: p for p in reversed(parts) if p.level == 2 and p.heading in known}
    data: dict[str, Any] = {}
    lines: dict[Path, int] = {}
    _title(schema, parts, data, lines)
    for key in (key for key in known.values() if key in below):
        lines[(key,)] = below[key].blocks[0].line if below[key].blocks else below[key].line
        data[key] = _value(schema, key, below[key], lines, tags)
    if kind == schemas.DATA_REPORT and (ref := _absent(below)):
        data["absent_at"] = ref
    return Report(kind, data, lines, below, tuple(_faults(schema, parts)))


def _as_in_template(part: markdown.Section, known: Collection[str], title: str) -> markdown.Section:
    """The section under the template's own spelling of its heading, where it means one of them."""
    heading = part.heading
    if part.level == 1 and heading.casefold().startswith(title.casefold()):
        return part._replace(heading=title + heading[len(title) :])
    if part.level == 2:
        same = (name for name in known if _bare(name) == _bare(heading))
        return part._replace(heading=next(same, heading))
    return part


def _bare(heading: str) -> str:
    """A heading without number, picture, remark in brackets, colon and capitals."""
    plain = re.sub(r"\s*\([^()]*\)\W*$", "", heading.casefold())
    return re.sub(r"^\W*(?:\d+[.):]\s*)?\W*|\W+$", "", plain)


def _title(
    schema: schemas.Schema,
    parts: list[markdown.Section],
    data: dict[str, Any],
    lines: dict[Path, int],
) -> None:
    key, before = schemas.title(schema)
    for part in parts[:1]:
        if key and part.level == 1 and part.heading.startswith(before):
            data[key] = part.heading.removeprefix(before).strip(" `")
            lines[(key,)] = part.line


def _value(
    schema: schemas.Schema,
    key: str,
    part: markdown.Section,
    lines: dict[Path, int],
    tags: Collection[str],
) -> Any:
    entry = schema["properties"][key]
    if names := schemas.fields(schema, key):
        found = dict(_fields(part, names))
        lines.update({(key, name): line for name, (_, line) in found.items()})
        return {name: _field(name, text, tags) for name, (text, _) in found.items()}
    if "enum" in entry:
        return values.choice(part.text, entry["enum"])
    if key == "row_count":
        return values.count(part.text)
    if key == "rerun":
        return values.result(part.text)
    return part.raw.strip()


def _field(name: str, text: str, tags: Collection[str]) -> str:
    if name == "pinned_ref":
        return values.ref(text, tags)
    if name == "name":
        return values.model(text)
    return re.sub(r"^[^\w<>\"'(\[{-]+", "", text.strip(" `"))  # a picture before a value


def _fields(
    part: markdown.Section, names: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, int]]]:
    """`**Field**: value` in a list, in lines or in a table; a value may go on in the next line."""
    keys = {name.lower(): key for name, key in names.items()}
    current, text, start = "", "", part.line
    for line, words in _spoken(part):
        name, colon, value = words.partition(":")
        key = keys.get(name.strip(" `").lower()) if colon else None
        if key and current:
            yield current, (text, start)
        current, text, start = (
            (key, value.strip(), line) if key else (current, f"{text} {words}".strip(), start)
        )
    if current:
        yield current, (text, start)


def _spoken(part: markdown.Section) -> Iterator[tuple[int, str]]:
    for block in part.blocks:
        if block.kind == markdown.ROW and len(block.cells) > 1:
            name = block.cells[0].rstrip(": ")
            yield block.line, f"{name}: {block.cells[1]}"
        else:
            for offset, words in enumerate(block.text.splitlines()):
                yield block.line + offset, words


def _absent(below: Mapping[str, markdown.Section]) -> str:
    texts = (below[key].text for key in ("row_count", "schema") if key in below)
    return next(filter(None, map(values.absent_at, texts)), "")


def _faults(schema: schemas.Schema, parts: list[markdown.Section]) -> Iterator[tuple[int, str]]:
    """Headings that are missing, twice there, unknown or out of the template's order."""
    wanted = [f"# {schemas.title(schema)[1]}", *(f"## {name}" for name in schemas.headings(schema))]
    seen: list[int] = []
    for part in parts:
        shown = f"{'#' * part.level} {part.heading}"
        place = 0 if part.level == 1 and shown.startswith(wanted[0]) else _place(shown, wanted)
        if place < 0:
            yield (
                part.line,
                f"`{shown}` is no heading of the template: use ### below one of its headings, "
                "or a code fence for pasted output",
            )
        elif place in seen:
            yield part.line, f"`{shown}` stands here a second time"
        elif seen and place < max(seen):
            yield part.line, f"`{shown}` belongs before `{wanted[max(seen)]}`"
        seen.append(place)
    last = parts[-1].line if parts else 1
    yield from (
        (last, f"the heading `{name}` is missing") for n, name in enumerate(wanted) if n not in seen
    )


def _place(shown: str, wanted: list[str]) -> int:
    return wanted.index(shown) if shown in wanted else -1
