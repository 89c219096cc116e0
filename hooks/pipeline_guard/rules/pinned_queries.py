"""Rule 3: data is looked at on a pinned ref only, and a small part of it at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline_guard import mcp, suggest
from pipeline_guard.context import Context
from pipeline_guard.effects import CallBauplanApi, Effect, RunBauplan
from pipeline_guard.verdicts import DENY, Finding

if TYPE_CHECKING:
    from pipeline_guard.bauplan_cli import BauplanCall

NUMBER = 3
HANDLES = (RunBauplan, CallBauplanApi)

KEY = "pinned_queries"
_LOOK_UPS = ("DESCRIBE", "DESC", "SHOW")
_PINNED_READS = {("query",), ("table", "get"), ("table", "ls")}


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """Queries and table look-ups on what moves, or without a bound."""
    if isinstance(effect, RunBauplan):
        call = context.bauplan(effect)
        if call.command in _PINNED_READS:
            yield from _command(call, context)
    elif isinstance(effect, CallBauplanApi) and effect.tool in mcp.LOOKS_AT_DATA:
        yield from _api(effect, context)


def _no(saw: str, do: str) -> Finding:
    return Finding(DENY, KEY, saw, do)


def _command(call: BauplanCall, context: Context) -> Iterator[Finding]:
    refs = call.options.get("ref", ())
    ref = refs[-1] if refs else ""
    if "$" in ref:
        yield _no(f"`{ref}` is not known before it runs", "Type the ref out, as `branch@hash`")
    elif saw := unpinned(ref, context):
        yield _no(f"`bauplan {' '.join(call.command)}` {saw}", _pinned_form(call, context))
    if call.command == ("query",):
        yield from _query(call, context)
    elif any("@" in word for word in call.positionals):
        table = call.positionals[0].partition("@")[0]
        right = suggest.quoted("bauplan", *call.command, table, "--ref", suggest.pinned(context))
        yield _no(f"a ref within the table's name `{call.positionals[0]}`", right)


def unpinned(ref: str, context: Context) -> str:
    """Why this ref may show something else tomorrow; `""` for a pinned one."""
    if not ref:
        return "without `--ref` reads the active branch, which moves"
    if suggest.hash_of(ref) or ref in context.facts.tags:
        return ""
    if "@" in ref:
        return f"at `{ref}`: a commit hash has 64 hex digits in lower case"
    return f"at `{ref}`, which is a branch, or a tag that no `bauplan tag ls` of this session shows"


def _pinned_form(call: BauplanCall, context: Context) -> str:
    """The same call at the pinned ref."""
    if not context.facts.working_ref and not context.facts.pinned:
        return f"Pin the failing state first: {suggest.find_pin(context)}"
    if call.command == ("query",):
        sql = call.positionals[0] if call.positionals else ""
        return _bounded_form(sql, context)
    words = [*call.command, *call.positionals]
    for name in ("namespace", "name"):
        words += [word for value in call.options.get(name, ()) for word in (f"--{name}", value)]
    return suggest.quoted("bauplan", *words, "--ref", suggest.pinned(context))


def _bounded_form(text: str, context: Context) -> str:
    """A query that is allowed, as near to the one that was asked as can be."""
    from pipeline_guard import sql

    most = context.policy.max_rows
    first, _, rest = text.strip().partition(" ")
    if first.upper() == "EXPLAIN":
        return _bounded_form(rest.removeprefix("ANALYZE ").removeprefix("VERBOSE "), context)
    if first.upper() in _LOOK_UPS:
        return _looked_up(rest, context)
    fine = text if text and not sql.objections(text, most) else sql.bounded_form(text, most)
    return suggest.query(context, fine) if fine else suggest.query(context)


def _looked_up(rest: str, context: Context) -> str:
    """`DESCRIBE t` and `SHOW TABLES` are commands of their own."""
    last = rest.strip(" ;").rpartition(" ")[2].replace('"', "").replace("`", "")
    plain = last.isascii() and all(c.isalnum() or c in "._-" for c in last)
    words = ("get", last) if plain and last.upper() not in ("", "TABLES") else ("ls",)
    return suggest.quoted("bauplan", "table", *words, "--ref", suggest.pinned(context))


def _query(call: BauplanCall, context: Context) -> Iterator[Finding]:
    most = context.policy.max_rows
    text = call.positionals[0] if call.positionals else ""
    if "all-rows" in call.options:
        yield _no("`--all-rows`", _bounded_form(text, context))
    for value in call.options.get("max-rows", ()):
        if not value.isdecimal() or not 1 <= int(value) <= most:
            saw = f"`--max-rows {value}` (0 means no limit); at most {most}"
            yield _no(saw, _bounded_form(text, context))
    if "file" in call.options:
        saw = f"SQL from the file `{call.options['file'][-1]}`"
        yield _no(saw, f"Give the SQL on the command line: {suggest.query(context)}")
    elif not text:
        yield _no("a query without SQL", suggest.query(context))
    else:
        yield from _sql(text, context)


def _sql(text: str, context: Context) -> Iterator[Finding]:
    from pipeline_guard import sql

    for objection in sql.objections(text, context.policy.max_rows):
        yield _no(objection, _bounded_form(text, context))


def _api(effect: CallBauplanApi, context: Context) -> Iterator[Finding]:
    ref = effect.arguments.get("ref") or ""
    saw = unpinned(ref if isinstance(ref, str) else "", context)
    if saw:
        saw = saw.replace("`--ref`", "`ref`")
        yield _no(f"`{effect.tool}` {saw}", f"Give `ref`: {suggest.pinned(context)}")
    if "@" in str(effect.arguments.get("table") or ""):
        yield _no(
            f"a ref within `table` {effect.arguments['table']}", "Give the table's plain name"
        )
    if effect.tool != "run_query":
        return
    most = context.policy.max_rows
    rows = effect.arguments.get("max_rows")
    if type(rows) is not int or not 1 <= rows <= most:
        yield _no(f"`run_query` with `max_rows` {rows}", f"Give `max_rows`: {most}")
    text = effect.arguments.get("query")
    if isinstance(text, str):
        from pipeline_guard import sql

        for objection in sql.objections(text, most):
            yield _no(objection, f"End the query with LIMIT {most}")
    else:
        yield _no("`run_query` without a text in `query`", "Give the SQL in `query`")
