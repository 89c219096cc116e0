"""Tables for the terminal, and the plot."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment
from rich.table import Table

from self_heal.bench.scores import Score
from self_heal.bench.trials import Trial

PLOT = """\
<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{{ 70 + 44 * scores|length }}" \
role="img" aria-label="Share of healings with full marks, by arm" font-family="sans-serif">
<rect width="100%" height="100%" fill="white"/>
<text x="20" y="28" font-size="16">Full marks, by arm (dark: pass@1, light: pass^k)</text>
{% for s in scores %}{% set y = 52 + 44 * loop.index0 -%}
<text x="20" y="{{ y + 16 }}" font-size="13">{{ s.arm }}</text>
<rect x="260" y="{{ y }}" width="{{ 300 * s.pass_1 }}" height="14" fill="#1f5fa8"/>
<rect x="260" y="{{ y + 16 }}" width="{{ 300 * s.pass_k }}" height="14" fill="#9fc3ea"/>
<text x="{{ 266 + 300 * s.pass_1 }}" y="{{ y + 12 }}" font-size="12">{{ "%.0f%%"|format(100 * s.pass_1) }}</text>
<text x="{{ 266 + 300 * s.pass_k }}" y="{{ y + 28 }}" font-size="12">{{ "%.0f%%"|format(100 * s.pass_k) }} of {{ s.scenarios }}, k = {{ s.k }}, harmed: {{ s.harmed }}</text>
{% endfor %}</svg>
"""  # noqa: E501


def trials_table(trials: Sequence[Trial]) -> Table:
    """One row for each scenario, one column for each arm."""
    arms = list(dict.fromkeys(trial.arm for trial in trials))
    table = Table("scenario", *arms)
    for name in dict.fromkeys(trial.scenario for trial in trials):
        table.add_row(name, *(_cell(trials, name, arm) for arm in arms))
    return table


def _cell(trials: Sequence[Trial], name: str, arm: str) -> str:
    mine = [trial for trial in trials if (trial.scenario, trial.arm) == (name, arm)]
    marks = "".join("✓" if trial.grade.passed else "✗" for trial in mine)
    failed = dict.fromkeys(check for trial in mine for check in trial.grade.failed)
    return f"{marks} {', '.join(failed)}".strip()


def scores_table(scores: Sequence[Score]) -> Table:
    """One row for each arm."""
    columns = (
        "arm",
        "pass@1",
        "pass^k",
        "k",
        "as stated",
        "calls",
        "refused",
        "harmed",
        "seconds",
        "cost",
    )
    table = Table(*columns)
    for s in scores:
        stated = "" if s.as_stated is None else f"{s.as_stated:.0%}"
        cost = "" if s.cost is None else f"${s.cost:.2f}"
        figures = (f"{s.pass_1:.0%}", f"{s.pass_k:.0%}", str(s.k), stated, str(s.calls))
        table.add_row(s.arm, *figures, str(s.attempted), str(s.harmed), str(s.seconds), cost)
    return table


def plot(scores: Sequence[Score]) -> str:
    """The plot as SVG."""
    return Environment(autoescape=True).from_string(PLOT).render(scores=scores)
