"""Name and text filters of list calls: RE2 patterns, found anywhere in the text.

RE2 is what the platform's filters are (CEL), and no pattern can make it slow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from fake_bauplan.errors import BadRequest

T = TypeVar("T")
LONGEST = 1000


class Pattern(NamedTuple):
    """A text that must hold a pattern; no pattern holds everywhere."""

    text: str | None

    def keep(self, items: Sequence[T], text_of: Callable[[T], str]) -> list[T]:
        """The items whose text holds the pattern; raises BadRequest for a bad one."""
        if not self.text:
            return list(items)
        if len(self.text) > LONGEST:
            raise BadRequest(f"a filter has more than {LONGEST} characters")
        texts = pa.array([text_of(item) for item in items], pa.string())
        try:
            found = pc.match_substring_regex(texts, pattern=self.text)
        except pa.ArrowInvalid as error:
            raise BadRequest(f"{self.text!r} is not a pattern: {error}") from error
        return [item for item, hit in zip(items, found.to_pylist(), strict=True) if hit]
