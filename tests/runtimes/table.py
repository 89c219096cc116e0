"""The tables of docs/runtimes.md: what real runtimes do, and where each is installed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from self_heal.install.targets import TARGETS, Scope
from tests.runtimes.session import CASES

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parents[1] / "docs" / "runtimes.md"
Results = Mapping[str, Mapping[str, str]]
"""Outcomes by case, by program such as `codex 0.169.0`."""

WANTED = {
    **dict.fromkeys(CASES, ("blocked",)),
    "allowed call": ("ran",),
    "stop without reports": ("refused", "no veto"),
    "reason told": ("yes",),
}


def known() -> dict[str, dict[str, str]]:
    """The outcomes of the last full run."""
    found: dict[str, dict[str, str]] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    return found


def save(results: Results) -> None:
    """Keep the outcomes, and put the table into its page."""
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    PAGE.write_text(on_page(PAGE.read_text(), results))


def on_page(page: str, results: Results) -> str:
    """The page with its generated tables in their places."""
    return _replaced(_replaced(page, "results", rendered(results)), "files", files())


def _replaced(page: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}: make test-runtimes -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{table}{end}{after}"


def files() -> str:
    """Where `self-heal install` writes: a row for each runtime."""
    user, project = Scope(Path("~"), is_project=False), Scope(Path(), is_project=True)
    head = "| `--runtime` | program | hooks, for a person | hooks, in a project | skill |\n"
    rows = [
        f"| `{target.runtime}` | {target.title} | `{target.settings(user)}` | "
        f"`{target.settings(project)}` | `skills/` beside them |\n"
        for target in TARGETS.values()
    ]
    return f"{head}| --- | --- | --- | --- | --- |\n{''.join(rows)}"


def rendered(results: Results) -> str:
    """The table in Markdown, a row for each program."""
    head = f"| program | {' | '.join(CASES)} |\n| --- |{' --- |' * len(CASES)}\n"
    rows = [
        f"| {program} | {' | '.join(outcomes.get(case, '?') for case in CASES)} |\n"
        for program, outcomes in sorted(results.items())
    ]
    return head + "".join(rows)


def faults(outcomes: Mapping[str, str]) -> list[str]:
    """The cases whose outcome is not as it has to be."""
    return [
        f"{case}: {outcomes.get(case)}" for case in CASES if outcomes.get(case) not in WANTED[case]
    ]


def differences(results: Results, before: Results) -> list[str]:
    """What differs from the table, whatever the version."""
    rows = {_unversioned(program): outcomes for program, outcomes in sorted(before.items())}
    return [
        f"{program}: {case}: {outcome} (the table says {row.get(case, '?')})"
        for program, outcomes in sorted(results.items())
        for row in (rows.get(_unversioned(program), {}),)
        for case, outcome in outcomes.items()
        if outcome != row.get(case)
    ]


def _unversioned(program: str) -> str:
    """`codex, as a plugin` for `codex 0.169.0, as a plugin`."""
    runtime, _, rest = program.partition(" ")
    return runtime + rest.lstrip("0123456789.")
