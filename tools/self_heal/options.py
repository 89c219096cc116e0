"""The values that options take, where click's own types let nonsense pass."""

from __future__ import annotations

import math
from typing import Any

import click


class Amount(click.ParamType):
    """A number from 0 on; `nan`, which no limit ever reaches, is none."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; wrong usage where it is none."""
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        if not (math.isfinite(found) and found >= 0):
            self.fail(f"{value!r} is no number from 0 on.", param, ctx)
        return found


AMOUNT = Amount()
