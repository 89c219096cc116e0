"""What a measurement is, and how two things are measured side by side."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the benchmark's table.

    `seconds` is a median; `against` names the row that `ratio` compares with; `bound` is the
    largest ratio that the project promises.
    """

    name: str
    seconds: float
    against: str = ""
    ratio: float | None = None
    bound: float | None = None


def side_by_side(rounds: int, **things: Callable[[], object]) -> dict[str, float]:
    """Median seconds of each thing, run in turn A B A B so that the machine's drift hits all."""
    times: dict[str, list[float]] = {name: [] for name in things}
    for thing in things.values():
        thing()
    for _ in range(rounds):
        for name, thing in things.items():
            started = time.perf_counter()
            thing()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in times.items()}
