"""What a look-up of the `bauplan` program printed, as ledger lines.

Both forms are read, `--output json` and the aligned columns of `tty` (client source,
`src/cli/*.rs`). Text that has neither form gives no lines: it is no evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline_guard.bauplan_cli import BauplanCall
from pipeline_guard.ledger import Line

Rows = list[Mapping[str, Any]]
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_GAP = re.compile(r"\t| {2,}")
_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_JOB_PROPERTY = "bpln_job_id"
_LONGEST_TEXT = 200_000


def read(call: BauplanCall, text: str) -> list[Line]:
    """The lines that one successful look-up gives; none for a command that tells nothing."""
    reader = _READERS.get(call.command)
    return list(reader(call, _ANSI.sub("", text))) if reader else []


def is_lookup(call: BauplanCall) -> bool:
    """Whether this command only reads and prints something the ledger can use."""
    return call.command in _READERS


def option(call: BauplanCall, name: str) -> str:
    """The last value given for an option; `""` when it is not given."""
    values = call.options.get(name, ())
    return values[-1] if values else ""


def parsed(text: str) -> Rows | None:
    """The objects of a JSON output; None when the text does not begin with them."""
    first = text.lstrip().partition("\n")[0]
    if not first.startswith(("[", "{")):
        return None
    try:
        value = json.loads(first)
    except ValueError:
        return None
    rows = value if isinstance(value, list) else [value]
    return rows if all(isinstance(row, dict) for row in rows) else None


def _job(call: BauplanCall, text: str) -> list[Line]:
    rows = parsed(text)
    if rows is None:
        rows = [_fields(text)]
    for row in rows:
        if row.get("id") and row.get("status") and _asked_for(call, row["id"]):
            known: dict[str, Any] = {"id": str(row["id"]), "status": str(row["status"])}
            kind = str(row.get("kind") or "")
            known |= {"kind": kind, "text": text[:_LONGEST_TEXT]}
            created = seconds(row.get("created_at") or row.get("created"))
            return [{"fact": "job", **known, "created": created}]
    return []


def seconds(moment: object) -> float:
    """A moment as the platform prints it, in seconds since 1970; 0 where it has no time zone."""
    from datetime import datetime

    try:
        found = datetime.fromisoformat(str(moment).partition(" [")[0].strip())
    except ValueError:
        return 0.0
    return found.timestamp() if found.tzinfo else 0.0


def _fields(text: str) -> dict[str, str]:
    """`Name:  value` lines; the first of a name counts, what follows may be an error's text."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return {**fields, "id": fields.get("job id", "")}


def _asked_for(call: BauplanCall, job: str) -> bool:
    return bool(call.positionals) and str(job).startswith(call.positionals[0])


def _logs(call: BauplanCall, text: str) -> list[Line]:
    rows = parsed(text)
    if rows is not None:
        messages = [str(row.get("message", "")) for row in rows]
    elif "TIMESTAMP" in text and "MESSAGE" in text:
        messages = text.partition("MESSAGE")[2].replace("\\n", "\n").splitlines()[1:]
    else:
        return []
    said = "\n".join(messages)[:_LONGEST_TEXT]
    return [{"fact": "logs", "job": call.positionals[0], "model": "", "text": said}]


def _branches(call: BauplanCall, text: str) -> list[Line]:
    rows = _named_rows(text, "ZONE")
    if rows is None:
        return []
    heads = {str(row["name"]): str(row["hash"]) for row in rows}
    limit = option(call, "limit")
    line = {
        "fact": "refs",
        "rows": heads,
        "filter": option(call, "name") or "".join(call.positionals[:1]),
        "whole": not limit or (limit.isdigit() and len(heads) < int(limit)),
    }
    return [line, *hashes(text)]


def _tags(_: BauplanCall, text: str) -> list[Line]:
    rows = _named_rows(text, "HASH")
    if rows is None:
        return []
    return [{"fact": "tags", "values": [str(row["name"]) for row in rows]}, *hashes(text)]


def _named_rows(text: str, column: str) -> Rows | None:
    """Rows with a name and a hash, from JSON or from a table that has `column`."""
    rows = parsed(text)
    if rows is None:
        rows = _table(text, column)
    if rows is None or any("name" not in row or "hash" not in row for row in rows):
        return None
    return [{**row, "name": str(row["name"]).removesuffix("[active]").strip()} for row in rows]


def _table(text: str, column: str) -> Rows | None:
    """The rows of an aligned table whose heading has `column`; None when there is none."""
    lines = [line for line in text.splitlines() if line.strip()]
    for index, line in enumerate(lines):
        heading = _GAP.split(line.strip())
        if column in heading:
            names = [name.lower() for name in heading]
            cells = (_GAP.split(row.strip()) for row in lines[index + 1 :])
            return [dict(zip(names, row, strict=True)) for row in cells if len(row) == len(names)]
    return None


def _commits(call: BauplanCall, text: str) -> list[Line]:
    rows = parsed(text)
    found = commits(text) if rows is not None else _printed_commits(call, text)
    properties = rows is not None or option(call, "format") in ("full", "fuller")
    line = {
        "fact": "log",
        "ref": "".join(call.positionals[:1]),
        "only": _wanted_job(call),
        "properties": properties,
        "commits": found,
    }
    return [line, *hashes(text)] if line["ref"] and _is_plain(call) else hashes(text)


def _is_plain(call: BauplanCall) -> bool:
    """Not narrowed by anything but the job: else the next one in the list is no parent."""
    return not any(name.startswith(("author", "message")) for name in call.options)


def _wanted_job(call: BauplanCall) -> str:
    wanted = [value.partition("=") for value in call.options.get("property", ())]
    jobs = [value for name, _, value in wanted if name == _JOB_PROPERTY]
    return jobs[0] if len(jobs) == len(wanted) == 1 else ("?" if wanted else "")


def commits(text: str) -> list[dict[str, Any]]:
    """Each commit that `bauplan commit` printed as JSON: hash, parents, job and time."""
    return [_commit(row) for row in parsed(text) or []]


def _commit(row: Mapping[str, Any]) -> dict[str, Any]:
    ref = row.get("ref") or {}
    return {
        "hash": str(ref.get("hash", "")),
        "parents": [str(parent) for parent in row.get("parent_hashes") or ()],
        "job": str((row.get("properties") or {}).get(_JOB_PROPERTY, "")),
        "time": seconds(row.get("committed_date")),
    }


def _printed_commits(call: BauplanCall, text: str) -> list[dict[str, Any]]:
    """Commits as text: `commit <hash>` (or `<hash> subject`) and, in full, the properties.

    A message is indented as properties are, so they count only below their heading.
    """
    found: list[dict[str, Any]] = []
    in_properties = False
    oneline = option(call, "format") == "oneline"
    for line in text.splitlines():
        words = line.split()
        in_properties = line == "Properties:" or (in_properties and line.startswith("    "))
        commit = words[:1] if oneline else words[1:] if line.startswith("commit ") else []
        if len(commit) == 1 and _HASH.fullmatch(commit[0]):
            found.append({"hash": commit[0], "parents": [], "job": "", "time": 0.0})
        elif found and not in_properties and line.startswith("Commit Date:"):
            found[-1]["time"] = seconds(line.partition(":")[2])
        elif found and in_properties and words[:2] == [_JOB_PROPERTY, "="]:
            found[-1]["job"] = words[-1]
    return found


def _tables(call: BauplanCall, text: str) -> list[Line]:
    rows = parsed(text)
    if rows is None:
        rows = _table(text, "NAMESPACE")
    if rows is None or option(call, "limit"):
        return []
    names = [f"{row.get('namespace')}.{row.get('name')}" for row in rows]
    line = {"fact": "listing", "ref": option(call, "ref"), "names": names, "missing": []}
    return [{**line, "filter": option(call, "name"), "namespace": option(call, "namespace")}]


def _table_schema(call: BauplanCall, _: str) -> list[Line]:
    name = "".join(call.positionals[:1])
    return [{"fact": "table", "name": name, "ref": option(call, "ref")}] if name else []


def hashes(text: str) -> list[Line]:
    """The 64-digit hashes that a look-up printed: what a later call may pin to."""
    found = sorted(set(_HASH.findall(text)))
    return [{"fact": "hashes", "values": found}] if found else []


_READERS: dict[tuple[str, ...], Callable[[BauplanCall, str], Sequence[Line]]] = {
    ("job", "get"): _job,
    ("job", "logs"): _logs,
    ("branch", "ls"): _branches,
    ("tag", "ls"): _tags,
    ("commit",): _commits,
    ("table", "ls"): _tables,
    ("table", "get"): _table_schema,
}
