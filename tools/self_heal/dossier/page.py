"""Renders a dossier: one HTML file, no script, nothing loaded from anywhere."""

from __future__ import annotations

import importlib.resources

from jinja2 import Environment, StrictUndefined

from self_heal.dossier import dag
from self_heal.dossier.collect import Healing

TEMPLATE = "page.html.j2"


def render(healing: Healing) -> str:
    """The page. Everything from outside is escaped: logs, rows, commits and reports are data."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = importlib.resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
    drawing = dag.draw(healing.project, healing.failing, healing.guilty)
    return environment.from_string(source).render(h=healing, dag=drawing, box=dag)
