"""Runs all benchmarks, or those that are named, and prints one table."""

from __future__ import annotations

import importlib
import sys

from rich.console import Console
from rich.table import Table

from tests.bench.rows import Row

PARTS = ("guard", "lakehouse", "endurance", "demo", "replay")


def main(parts: list[str]) -> None:
    """Measure each part; an unknown name lists the known ones."""
    unknown = set(parts) - set(PARTS)
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    table = Table("part", "what", "median", "ratio", "against", "promised")
    for part in parts or PARTS:
        for row in importlib.import_module(f"tests.bench.{part}").measure():
            table.add_row(part, *_cells(row))
    Console().print(table)


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}x"
    bound = "" if row.bound is None else f"<= {row.bound:g}x"
    return row.name, f"{row.seconds * 1000:.2f} ms", ratio, row.against, bound


if __name__ == "__main__":
    main(sys.argv[1:])
