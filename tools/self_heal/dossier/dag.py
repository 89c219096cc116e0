"""The pipeline's graph with a place for each node, ready to be drawn."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from pipeline_guard.project import Project

WIDTH, HEIGHT, GAP_X, GAP_Y, PAD = 190, 46, 60, 18, 12


class Node(NamedTuple):
    """A box. `kind` is table, python, sql or expectation; `marks` are failing and guilty."""

    name: str
    kind: str
    x: int
    y: int
    marks: tuple[str, ...]


class Drawing(NamedTuple):
    """All boxes, the arrows as SVG paths, and the size of the whole."""

    nodes: tuple[Node, ...]
    arrows: tuple[str, ...]
    width: int
    height: int


def draw(project: Project, failing: str, guilty: Collection[str]) -> Drawing:
    """Lay the graph out from left to right: each node one column after the last of its inputs."""
    reads = _reads(project)
    columns = _columns(reads)
    places: dict[str, tuple[int, int]] = {}
    for column in sorted(set(columns.values())):
        for row, name in enumerate(sorted(n for n, c in columns.items() if c == column)):
            places[name] = (PAD + column * (WIDTH + GAP_X), PAD + row * (HEIGHT + GAP_Y))
    nodes = [
        Node(name, _kind(project, name), *place, _marks(name, failing, guilty))
        for name, place in places.items()
    ]
    arrows = [_arrow(places[source], places[name]) for name in reads for source in reads[name]]
    width = max((x for x, _ in places.values()), default=0) + WIDTH + PAD
    height = max((y for _, y in places.values()), default=0) + HEIGHT + PAD
    return Drawing(tuple(nodes), tuple(arrows), width, height)


def _reads(project: Project) -> dict[str, list[str]]:
    """What each node reads; raw tables are nodes too."""
    reads: dict[str, list[str]] = {}
    for model in project.models.values():
        sources = []
        for read in model.inputs:
            maker = project.producer(read.table)
            sources.append(maker.name if maker else read.table)
        reads[model.name] = list(dict.fromkeys(sources))
    for name in [source for sources in list(reads.values()) for source in sources]:
        reads.setdefault(name, [])
    return reads


def _columns(reads: dict[str, list[str]]) -> dict[str, int]:
    """The longest way to each node; a cycle ends after as many rounds as there are nodes."""
    columns = dict.fromkeys(reads, 0)
    for _ in range(len(reads)):
        moved = {
            name: max((columns[source] + 1 for source in sources), default=0)
            for name, sources in reads.items()
        }
        if moved == columns:
            break
        columns = {name: min(place, len(reads)) for name, place in moved.items()}
    return columns


def _kind(project: Project, name: str) -> str:
    return project.models[name].kind if name in project.models else "table"


def _marks(name: str, failing: str, guilty: Collection[str]) -> tuple[str, ...]:
    return tuple(
        mark for mark, holds in (("failing", name == failing), ("guilty", name in guilty)) if holds
    )


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1, x2, y2 = start[0] + WIDTH, start[1] + HEIGHT // 2, end[0], end[1] + HEIGHT // 2
    bend = GAP_X // 2
    return f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
