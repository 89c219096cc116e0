"""The values that options take, where click's own types let nonsense pass."""

from __future__ import annotations

import math

import click


def amount(_ctx: click.Context, _param: click.Parameter, value: float) -> float:
    """A number from 0 on; `nan`, which no limit ever reaches, is none."""
    if not (math.isfinite(value) and value >= 0):
        raise click.BadParameter(f"{value} is no number from 0 on.")
    return value
