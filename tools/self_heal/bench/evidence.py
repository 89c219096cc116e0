"""The turns of step 3: look at each table at the pinned ref, and write its report."""

from __future__ import annotations

from collections.abc import Iterator

from agent_replay.script import Turn
from self_heal.bench import written
from self_heal.bench.call import bash, use
from self_heal.bench.plan import Plan
from self_heal.bench.spec import Table

WHOLE = r"\A([\s\S]*)\Z"
NUMBER = r"^(\d+)\s*$"


def turns(plan: Plan) -> Iterator[Turn]:
    """All tables of the session, each inspected and then reported."""
    ref = f"{plan.scenario.branch}@{{{{pin}}}}"
    for number, table in enumerate(plan.sessions.tables, 1):
        yield from _absent(table, ref) if table.absent else _present(table, ref, f"t{number}_")
        name = table.name if "." in table.name else f"bauplan.{table.name}"
        path = f"debug/data_snapshot/{name}.md"
        text = written.data_report(table, ref, f"t{number}_")
        yield use(3, f"The report on {table.name}.", "Write", file_path=path, content=text)


def _absent(table: Table, ref: str) -> Iterator[Turn]:
    command = f"bauplan table ls --ref {ref}"
    yield bash(3, f"Is there a table {table.name}?", command)


def _present(table: Table, ref: str, key: str) -> Iterator[Turn]:
    query = f"bauplan query --ref {ref}"
    look = f"bauplan table get {table.name} --ref {ref}"
    yield bash(3, f"{table.name}: the schema.", look, **{f"{key}schema": WHOLE})
    count = f'{query} "SELECT COUNT(*) AS n FROM {table.name}"'
    yield bash(3, f"{table.name}: how many rows.", count, **{f"{key}rows": NUMBER})
    sample = f'{query} --max-rows 20 "SELECT * FROM {table.name} LIMIT 20"'
    yield bash(3, f"{table.name}: a sample.", sample, **{f"{key}sample": WHOLE})
    if table.query:
        seen = {f"{key}seen": WHOLE}
        yield bash(3, "What is odd in it?", f'{query} --max-rows 20 "{table.query}"', **seen)
