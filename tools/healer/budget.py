"""How much a healing may use, and what it has used."""

from __future__ import annotations

import time
from typing import NamedTuple

from healer.prices import Usage, cost

_NOTHING = Usage()


class Budget(NamedTuple):
    """The limits of one healing; dollars and tokens count from its first turn, also over resumes.

    `denials` are refused calls in a row, after which nothing good is to be expected any more.
    """

    tokens: int = 5_000_000
    dollars: float = 5.0
    turns: int = 150
    minutes: float = 60.0
    denials: int = 12


class Meter:
    """What has been used so far; minutes count from the start of this process's part."""

    def __init__(self, model: str, usage: Usage = _NOTHING, turns: int = 0) -> None:
        self.model = model
        self.usage = usage
        self.turns = turns
        self._started = time.monotonic()

    def add(self, usage: Usage) -> None:
        """Count one turn."""
        self.usage = self.usage.plus(usage)
        self.turns += 1

    @property
    def dollars(self) -> float:
        """What it has cost."""
        return cost(self.model, self.usage)

    @property
    def minutes(self) -> float:
        """How long this process has been at it."""
        return (time.monotonic() - self._started) / 60

    def spent(self, budget: Budget) -> str:
        """Which limit is reached, in words; `""` while there is something left."""
        reached = {
            f"{budget.turns} turns": self.turns >= budget.turns,
            f"{budget.tokens:,} tokens": self.usage.total >= budget.tokens,
            f"${budget.dollars:.2f}": self.dollars >= budget.dollars,
            f"{budget.minutes:g} minutes": self.minutes >= budget.minutes,
        }
        return ", ".join(limit for limit, is_reached in reached.items() if is_reached)
