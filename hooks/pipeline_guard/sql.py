"""Is this SQL one read-only SELECT with a bounded result?

Parsed with sqlglot (0.1 s to import, so only when a query is judged) in its general dialect; what
that does not know, in DuckDB's, the nearest to DataFusion's own (which takes half as long again to
import). Where engines could read a text differently, the text is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

MOST_CHARACTERS = 20_000

_AMBIGUOUS = (
    (re.compile(r"/\*(?:(?!\*/).)*/\*", re.S), "a comment inside a comment"),
    (re.compile(r"\$\w*\$"), "dollar quotes"),
    (re.compile(r"(?i)(?<![\w'\"])[ebnrxu]&?'"), "a string with a prefix"),
    (re.compile("[`\x00]"), "a backquote"),
    (re.compile(r"\{\{|\{%|\$\{"), "a template"),
)
# What DataFusion makes one value of many rows with (its manual, "Aggregate Functions"). Those that
# collect every value into one cell are kept apart: their size is not bounded.
_AGGREGATES = frozenset(
    """approx_distinct approx_median approx_percentile_cont approx_percentile_cont_with_weight avg
    approx_quantile logical_and logical_or
    bit_and bit_or bit_xor bool_and bool_or corr count covar covar_pop covar_samp first_value
    grouping last_value max mean median min nth_value percentile_cont quantile regr_avgx regr_avgy
    regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop
    stddev_samp sum var var_pop var_samp var_population var_sample variance variance_pop""".split()
)
_COLLECTING = frozenset(
    """array_agg array_concat_agg arrayagg collect_list collect_set group_concat groupconcat
    json_agg json_arrayagg json_object_agg json_objectagg jsonb_agg list listagg map_agg
    string_agg histogram""".split()
)
_MEASURES = frozenset("array_length array_size cardinality len length size".split())
_ROWS = frozenset("unnest explode posexplode inline flatten generate_series range stack".split())
_REACHES = frozenset("getenv read_text read_blob pg_read_file current_setting glob".split())
_TABLE_FUNCTIONS = frozenset({"unnest", "generate_series", "range"})


def objections(text: str, most_rows: int = 20) -> list[str]:
    """Why this query is refused, one clause each; empty when it is fine."""
    if len(text) > MOST_CHARACTERS:
        return [f"the query is longer than {MOST_CHARACTERS} characters"]
    for pattern, name in _AMBIGUOUS:
        if pattern.search(text):
            return [f"{name} in the SQL, which engines read differently"]
    query = _parse(text)
    if isinstance(query, str):
        return [query]
    faults = list(dict.fromkeys([*_not_a_read(query), *_hoards(query, most_rows)]))
    if not faults and not _bounded(query, most_rows):
        faults.append(f"the result is not bounded: no outermost LIMIT of at most {most_rows}")
    return faults


def bounded_form(text: str, most_rows: int = 20) -> str:
    """The same query with a LIMIT, for a message; `""` where that is not all that is wrong."""
    candidate = re.sub(r"(?is)\s+limit\s+\S+\s*$", "", text.strip().rstrip(";").rstrip())
    candidate = f"{candidate} LIMIT {most_rows}"
    return "" if "\n" in candidate or objections(candidate, most_rows) else candidate


def _parse(text: str) -> exp.Query | str:
    import logging

    from sqlglot import exp

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    statements = _statements(text, None)
    if isinstance(statements, str):
        statements = _statements(text, "duckdb")
    if isinstance(statements, str):
        return f"the SQL is not understood ({statements[:120]})"
    if len(statements) != 1:
        return f"{len(statements)} statements instead of one SELECT"
    query = statements[0]
    if not isinstance(query, (exp.Select, exp.SetOperation, exp.Subquery)):
        return f"{query.key.upper()} instead of one SELECT"
    return query


def _statements(text: str, dialect: str | None) -> list[exp.Expr] | str:
    """The statements as this dialect reads them, or why it cannot."""
    import sqlglot

    try:
        return [item for item in sqlglot.parse(text, dialect=dialect) if item is not None]
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError) as error:
        return str(error).splitlines()[0] if str(error) else type(error).__name__


def _not_a_read(query: exp.Query) -> list[str]:
    """Anything in the tree that writes, locks, or reads what is no table of the lakehouse."""
    from sqlglot import exp

    writes = (exp.DML, exp.DDL, exp.Command, exp.Copy, exp.Into, exp.Lock, exp.Pragma, exp.Set)
    faults = []
    for node in query.walk():
        if isinstance(node, exp.Query):
            pass  # a Select is a DDL and DML node to sqlglot, for `CREATE TABLE … AS SELECT`
        elif isinstance(node, writes):
            faults.append(f"{node.key.upper()} in the query")
        if isinstance(node, exp.Table):
            faults += _not_a_table(node)
        if isinstance(node, exp.Func) and _function_name(node) in _REACHES:
            faults.append(f"the function {_function_name(node)}")
        if isinstance(node, (exp.Parameter, exp.Placeholder, exp.SessionParameter)):
            faults.append("a placeholder in the query")
    return faults


def _not_a_table(node: exp.Table) -> list[str]:
    from sqlglot import exp

    if len(node.parts) > 2 or any("@" in part.name for part in node.parts):
        return [f"the table name {node.sql()} has more than namespace and name"]
    if node.args.get("version") or node.args.get("when") or node.args.get("changes"):
        return ["another version of a table: the ref belongs into `--ref`"]
    if isinstance(node.this, exp.Identifier):
        odd = re.search(r"[/:\\*?@%\s]|\.(?:csv|parquet|json|avro|arrow|txt)$", node.name)
        return [f"{node.name!r} is a file or a ref, no table"] if odd else []
    if _function_name(node.this) in _TABLE_FUNCTIONS:
        return []
    return [f"the table function {node.this.sql()[:60]}"]


def _hoards(query: exp.Query, most_rows: int) -> list[str]:
    """A LIMIT bounds the rows, not a cell that holds the values of all of them."""
    from sqlglot import exp

    faults = []
    for select in query.find_all(exp.Select):
        if _small_source(select, most_rows):
            continue
        for item in select.expressions:
            faults += [f"{name} collects every row into one cell" for name in _collectors(item)]
    return faults


def _collectors(node: exp.Expr) -> list[str]:
    """The functions of a projection that make one value of all rows, and whose size is not told."""
    from sqlglot import exp

    if isinstance(node, exp.Func) and _function_name(node) in _MEASURES:
        return []
    if isinstance(node, exp.Array) and any(isinstance(e, exp.Query) for e in node.expressions):
        return ["ARRAY(SELECT …)"]
    if isinstance(node, exp.Query):
        return []  # it is looked at by itself
    own = [_function_name(node)] if isinstance(node, exp.Func) else []
    found = [name for name in own if name in _COLLECTING]
    return found + [name for child in node.iter_expressions() for name in _collectors(child)]


def _bounded(query: exp.Expr, most_rows: int) -> bool:
    from sqlglot import exp

    if _has_limit(query, most_rows):
        return True
    if isinstance(query, exp.Subquery) and not query.args.get("limit"):
        return _bounded(query.this, most_rows)
    return isinstance(query, exp.Select) and _one_row(query)


def _has_limit(query: exp.Expr, most_rows: int) -> bool:
    """`LIMIT 20` or `FETCH FIRST 20 ROWS ONLY`, a plain number each."""
    from sqlglot import exp

    limit = query.args.get("limit")
    if isinstance(limit, exp.Limit):
        plain = not any(limit.args.get(name) for name in ("limit_options", "expressions"))
        return plain and _small(limit.args.get("expression"), most_rows)
    if isinstance(limit, exp.Fetch):
        options = limit.args.get("limit_options")
        loose = options is not None and any(
            options.args.get(name) for name in ("percent", "with_ties")
        )
        return not loose and _small(limit.args.get("count"), most_rows)
    return False


def _small(number: object, most_rows: int) -> bool:
    from sqlglot import exp

    if not isinstance(number, exp.Literal) or number.is_string:
        return False
    return number.name.isdecimal() and int(number.name) <= most_rows


def _one_row(query: exp.Select) -> bool:
    """An aggregate without GROUP BY, whose cells are of one value each."""
    if query.args.get("group") or query.args.get("connect"):
        return False
    found = [name for item in query.expressions for name in _called(item)]
    if any(name in _ROWS for name in found):
        return False
    return any(name in _AGGREGATES or name in _COLLECTING for name in found)


def _small_source(query: exp.Select, most_rows: int) -> bool:
    """`FROM (SELECT … LIMIT 20)` and nothing joined to it."""
    from sqlglot import exp

    source = query.args.get("from_") or query.args.get("from")
    inner = source.this if source is not None else None
    if query.args.get("joins") or query.args.get("laterals"):
        return False
    return isinstance(inner, exp.Subquery) and _has_limit(inner.this, most_rows)


def _called(node: exp.Expr) -> list[str]:
    """The functions of one projection, without those of windows and of inner queries."""
    from sqlglot import exp

    if isinstance(node, (exp.Query, exp.Exists)):
        return []
    if isinstance(node, exp.Window):
        return []
    names = [_function_name(node)] if isinstance(node, exp.Func) else []
    return names + [name for child in node.iter_expressions() for name in _called(child)]


def _function_name(node: exp.Expr) -> str:
    """The name a function is called by, in lower case."""
    from sqlglot import exp

    if isinstance(node, exp.Anonymous):
        return node.name.casefold()
    return node.sql_name().casefold() if isinstance(node, exp.Func) else ""
