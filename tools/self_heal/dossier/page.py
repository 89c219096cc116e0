"""Renders a dossier: one HTML file, no script, nothing loaded from anywhere."""

from __future__ import annotations

import importlib.resources
import re

from jinja2 import Environment, StrictUndefined

from self_heal.dossier import dag
from self_heal.dossier.collect import Healing

TEMPLATE = "page.html.j2"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def render(healing: Healing) -> str:
    """The page. Everything from outside is escaped: logs, rows, commits and reports are data."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    source = importlib.resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
    drawing = dag.draw(healing.project, healing.failing, healing.guilty)
    return environment.from_string(source).render(h=healing, dag=drawing, box=dag)


def _plain(value: object) -> object:
    """A text without what a terminal or a bidirectional layout would act on."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return _CONTROL.sub("�", _COLOUR.sub("", value))
    return value
