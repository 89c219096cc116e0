"""SQL models: one file each, named by the file or by a header comment."""

from __future__ import annotations

import os
import re

from pipeline_guard.project import Input, Model, Problem

HEADER = re.compile(r"^\s*--\s*bauplan\s*:\s*(\w+)\s*=\s*(.+?)\s*$", re.MULTILINE)
PARAMETER = re.compile(r"\$(?=[A-Za-z_])")
STRATEGIES = ("NONE", "REPLACE", "APPEND", "OVERWRITE_PARTITIONS")


def read_file(folder: str, name: str) -> Model | Problem:
    """The model of one SQL file, or why it is none."""
    with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
        text = file.read()
    headers = {key.lower(): value.strip("'\"") for key, value in HEADER.findall(text)}
    title = headers.get("name") or os.path.basename(name).removesuffix(".sql")
    strategy = headers.get("materialization_strategy", "NONE").upper()
    if strategy not in STRATEGIES:
        return Problem(f"unknown materialization strategy '{strategy}'", name, 1, title)
    tables = tables_of(text)
    if isinstance(tables, str):
        return Problem(f"cannot parse the SQL of '{title}': {tables}", name, 1, title)
    return Model(
        title,
        "sql",
        name,
        1,
        tuple(Input("", table) for table in tables),
        materialization=strategy,
        output=headers.get("output_schema", ""),
        partitioned_by=_listed(headers.get("partitioned_by", "")),
        overwrite_filter=headers.get("overwrite_filter", ""),
        sql=text,
    )


def tables_of(sql: str) -> tuple[str, ...] | str:
    """The tables that one SELECT reads, as written; a string says why it cannot be read."""
    import sqlglot
    from sqlglot import errors, exp

    try:
        statements = sqlglot.parse(PARAMETER.sub(":", sql), dialect="duckdb")
    except errors.SqlglotError as error:
        return str(error).splitlines()[0]
    queries = [item for item in statements if item is not None]
    if len(queries) != 1 or not isinstance(queries[0], exp.Query):
        return "a SQL model is one SELECT"
    common = {item.alias_or_name for item in queries[0].find_all(exp.CTE)}
    found = (_name(table) for table in queries[0].find_all(exp.Table))
    return tuple(dict.fromkeys(name for name in found if name and name not in common))


def _name(table: object) -> str:
    """`namespace.table` or `table`; empty for a table function."""
    from sqlglot import exp

    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        return ""
    return ".".join(part.name for part in table.parts)


def _listed(text: str) -> tuple[str, ...]:
    inside = text.strip().strip("[]()")
    return tuple(part.strip().strip("'\"") for part in inside.split(",") if part.strip())
