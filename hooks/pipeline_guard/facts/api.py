"""What a tool of the Bauplan MCP server answered, as ledger lines.

The forms are those of its public source (`mcp_bauplan/tools/*.py`): one JSON object that wraps
the result. Its tools carry no exit code to hide, and nothing else prints into their answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline_guard import mcp, workspace
from pipeline_guard.effects import CallBauplanApi
from pipeline_guard.facts import project as facts_project
from pipeline_guard.facts import run as facts_run
from pipeline_guard.facts.lookups import hashes
from pipeline_guard.ledger import Line
from pipeline_guard.session import Session

_Arguments = Mapping[str, Any]
_SHOWS_HASHES = ("get_branches", "get_commits", "get_tags")
_PAGE = 25  # what the server returns when no limit is asked for


def lines(effect: CallBauplanApi, text: str, current: Session) -> Iterator[Line]:
    """The lines of one successful call; none where the answer has not the known form."""
    try:
        answer = json.loads(text)
        found = list(_READERS[effect.tool](effect.arguments, answer))
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # not the known form, or a tool that shows nothing: no evidence
    for line in found:
        yield facts_project.complete(line, current)
    if effect.tool in mcp.RUNS:
        yield _run(effect, answer["job"]["id"], current)
    elif effect.tool in _SHOWS_HASHES:
        yield from hashes(text)


def _run(effect: CallBauplanApi, job: str, current: Session) -> Line:
    """A run of the project on disk counts as one of HEAD; files that were sent do not.

    Without a repository the files that were sent are the fix, so they are remembered.
    """
    asked = effect.arguments
    weakened = asked.get("dry_run") or asked.get("strict") is False or asked.get("parameters")
    return {
        "fact": "run",
        "job": job,
        "ref": str(asked.get("ref") or ""),
        "head": workspace.head_commit(current.workspace),
        "clean": effect.tool == "project_run" and facts_run.is_clean(current),
        "full": not weakened,
        "sent": _sent(effect, current),
    }


def _sent(effect: CallBauplanApi, current: Session) -> Mapping[str, str]:
    if effect.tool != "code_run" or current.workspace.repo:
        return {}
    from pipeline_guard.project import sent

    return sent.changed(current.workspace.project, effect.arguments["project_files"])


def _job(_: _Arguments, answer: _Arguments) -> Iterator[Line]:
    job = answer["job"]
    said = str(job.get("error_message") or "")
    known = {"id": job["id"], "status": job["status"], "kind": str(job.get("kind") or "")}
    yield {"fact": "job", **known, "text": said}
    if job.get("logs"):
        yield {"fact": "logs", "job": job["id"], "model": "", "text": str(job["logs"])}
    if "@" in str(job.get("ref") or ""):
        yield {"fact": "context", "job": job["id"], "ref": str(job["ref"])}


def _branches(arguments: _Arguments, answer: _Arguments) -> Iterator[Line]:
    heads = {row["name"]: row["hash"] for row in answer["branches"]}
    whole = len(heads) < int(arguments.get("limit") or _PAGE)
    yield {"fact": "refs", "rows": heads, "filter": arguments.get("name") or "", "whole": whole}


def _commits(arguments: _Arguments, answer: _Arguments) -> Iterator[Line]:
    if any(arguments.get(name) for name in arguments if name not in ("ref", "limit")):
        return
    commits = [
        {
            "hash": row["hash"],
            "parents": list(row.get("parent_hashes") or ()),
            "job": str((row.get("properties") or {}).get("bpln_job_id", "")),
        }
        for row in answer["commits"]
    ]
    found = {"ref": arguments["ref"], "only": "", "properties": True, "commits": commits}
    yield {"fact": "log", **found}


def _tags(_: _Arguments, answer: _Arguments) -> Iterator[Line]:
    yield {"fact": "tags", "values": [row["name"] for row in answer["tags"]]}


def _table(arguments: _Arguments, answer: _Arguments) -> Iterator[Line]:
    table = answer["table"]
    name = f"{table['namespace']}.{table['name']}" if table.get("namespace") else table["name"]
    yield {"fact": "table", "name": name, "ref": str(arguments.get("ref") or "")}


def _tables(arguments: _Arguments, answer: _Arguments) -> Iterator[Line]:
    names = [f"{row['namespace']}.{row['name']}" for row in answer["tables"]]
    if len(names) < int(arguments.get("limit") or _PAGE):
        asked = {"filter": arguments.get("table"), "namespace": arguments.get("namespace")}
        asked = {name: value or "" for name, value in asked.items()}
        ref = str(arguments.get("ref") or "")
        yield {"fact": "listing", "ref": ref, "names": names, "missing": [], **asked}


def _branch(arguments: _Arguments, _: _Arguments) -> Iterator[Line]:
    yield {"fact": "branch", "name": arguments["branch"], "from": arguments["from_ref"]}


_READERS: dict[str, Callable[[_Arguments, _Arguments], Iterator[Line]]] = {
    "get_job": _job,
    "get_branches": _branches,
    "get_commits": _commits,
    "get_tags": _tags,
    "get_table": _table,
    "get_tables": _tables,
    "create_branch": _branch,
    "project_run": _job,
    "code_run": _job,
}
