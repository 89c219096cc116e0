"""The tools as the model is told of them, and the check that a call has the form it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline_guard import mcp

QUESTION = "AskUserQuestion"
CODE_RUN = "code_run"

_TEXT: Mapping[str, Any] = {"type": "string"}
_COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}


def _tool(name: str, says: str, needed: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    form = {"type": "object", "properties": properties, "required": needed.split()}
    return {
        "name": name,
        "description": says,
        "input_schema": {**form, "additionalProperties": False},
    }


_ALWAYS = (
    _tool(
        "Bash",
        "Run a command line in bash, in the workspace. Each call starts in the same folder with "
        "the same environment. `timeout` is in milliseconds.",
        "command",
        command=_TEXT,
        description=_TEXT,
        timeout={"type": "integer", "minimum": 1},
    ),
    _tool(
        "Read",
        "Read a text file. `offset` is the first line (counted from 1), `limit` the most lines.",
        "file_path",
        file_path=_TEXT,
        offset=_COUNT,
        limit=_COUNT,
    ),
    _tool(
        "Write",
        "Create or replace a file.",
        "file_path content",
        file_path=_TEXT,
        content=_TEXT,
    ),
    _tool(
        "Edit",
        "Replace a text that stands in a file exactly once, or everywhere with `replace_all`.",
        "file_path old_string new_string",
        file_path=_TEXT,
        old_string=_TEXT,
        new_string=_TEXT,
        replace_all={"type": "boolean"},
    ),
    _tool(
        "Glob",
        "List files below a folder by a pattern such as `**/*.sql`.",
        "pattern",
        pattern=_TEXT,
        path=_TEXT,
    ),
    _tool(
        "Grep",
        "Search files below a folder (or one file) by an extended regular expression; `glob` "
        "narrows the files by their names.",
        "pattern",
        pattern=_TEXT,
        path=_TEXT,
        glob=_TEXT,
    ),
    _tool("WebFetch", "Read a page of https://docs.bauplanlabs.com.", "url", url=_TEXT),
    _tool(
        QUESTION,
        "Ask the person where the skill says to ask. Nobody is there now: the healing ends with "
        "your question as its result.",
        "question",
        question=_TEXT,
    ),
)
_FILES = {"type": "object", "additionalProperties": {"type": "string"}}
_CODE_RUN = _tool(
    CODE_RUN,
    "Run pipeline code that is sent along, on the debug branch: `project_files` maps each file's "
    "path in the project to its whole text.",
    "project_files ref",
    project_files=_FILES,
    **{
        name: {"type": "boolean"} if name in ("dry_run", "strict", "detach") else _TEXT
        for name in sorted(mcp.ALLOWED[CODE_RUN] - {"project_files", "parameters"})
        if name not in ("client_timeout", "detach")
    },
)


def tools(has_repository: bool) -> list[dict[str, Any]]:
    """The tools of one healing: `code_run` is for a project that is not under git."""
    return [*_ALWAYS] if has_repository else [*_ALWAYS, _CODE_RUN]


def fault(declared: Sequence[Mapping[str, Any]], name: str, arguments: object) -> str:
    """What is wrong with the form of a call, in words for the model; `""` when nothing is."""
    from jsonschema import Draft202012Validator

    forms = {tool["name"]: tool["input_schema"] for tool in declared}
    if name not in forms:
        return f"There is no tool `{name}`. The tools are {', '.join(sorted(forms))}."
    for error in Draft202012Validator(forms[name]).iter_errors(arguments):
        where = ".".join(map(str, error.absolute_path))
        return f"`{name}` was called wrongly: {where + ': ' if where else ''}{error.message}."
    return ""
