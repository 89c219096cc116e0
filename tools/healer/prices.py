"""The models a healing may run on: what they cost and how much they can hold.

From the published price list (United States dollars per million tokens, November 2026). A model
that is not listed is taken for the dearest, and one whose price grows with the length of what it
reads for a long one, so that a money limit is never met too late.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DEFAULT_MODEL = "claude-sonnet-5-5"
MODEL_VARIABLE = "SELF_HEAL_MODEL"

_CACHE_WRITE = 1.25
_MILLION = 1_000_000


class Price(NamedTuple):
    """Dollars per million tokens read and written, and the window in tokens.

    `cached` is the share of the price that tokens cost which are read from the cache.
    """

    read: float
    written: float
    window: int = _MILLION
    cached: float = 0.1


PRICES: Mapping[str, Price] = {
    "claude-fable-5-2": Price(8, 40),
    "claude-fable-5-1": Price(10, 50),
    "claude-opus-5-5": Price(4, 20),
    "claude-opus-5": Price(5, 25),
    "claude-sonnet-5-5": Price(2, 10, cached=0.05),
    "claude-sonnet-5": Price(2, 10),
    "claude-opus-4-7": Price(5, 25),
    "claude-sonnet-4-6": Price(3, 15),
    "claude-haiku-5-5": Price(0.5, 2.5),
    "claude-haiku-4-5": Price(1, 5, 200_000),
}
_UNLISTED = Price(10, 50, 200_000)


class Usage(NamedTuple):
    """Tokens of one request, or of many: plain, written to the cache, read from it, answered."""

    read: int = 0
    cache_written: int = 0
    cache_read: int = 0
    written: int = 0

    @property
    def context(self) -> int:
        """Everything that the model had before it when it answered."""
        return self.read + self.cache_written + self.cache_read

    @property
    def total(self) -> int:
        """All tokens, as a limit on tokens counts them."""
        return self.context + self.written

    def plus(self, other: Usage) -> Usage:
        """The sum of both."""
        return Usage(*(a + b for a, b in zip(self, other, strict=True)))


def price_of(model: str) -> Price:
    """The price of a model; a dated name has the price of the name without its date."""
    undated = model.rpartition("-")[0] if model[-8:].isdigit() else model
    return PRICES.get(model) or PRICES.get(undated) or _UNLISTED


def cost(model: str, usage: Usage) -> float:
    """What the tokens cost, in dollars."""
    price = price_of(model)
    read = usage.read + _CACHE_WRITE * usage.cache_written + price.cached * usage.cache_read
    return (read * price.read + usage.written * price.written) / _MILLION
