"""Rule 8: diagnosis is done with bauplan commands, never with scripts of any language."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pipeline_guard import suggest, workspace
from pipeline_guard.context import Context
from pipeline_guard.effects import Effect, RunProgram, WritePath
from pipeline_guard.verdicts import DENY, Finding

NUMBER = 8
HANDLES = (RunProgram, WritePath)

KEY = "no_scripts"
_INTERPRETERS = frozenset(
    """python pypy ipython jupyter jupyter-lab jupyter-notebook marimo papermill node deno bun npx
    tsx ts-node perl ruby php lua luajit rscript julia r awk gawk mawk nawk bash sh zsh dash ksh
    fish csh tcsh busybox duckdb sqlite3 sqlite psql mysql clickhouse datafusion-cli dsq spark-sql
    pwsh powershell osascript tclsh expect groovy scala java javac go cargo rustc gcc cc clang make
    sed ed ex vi vim nvim emacs nano pytest ipython3 streamlit dbt""".split()
)
_WRITES = (
    r"(?i)\b(?:insert\s+into|delete\s+from|merge\s+into|truncate\s+table|update\s+\S+\s+set"
    r"|(?:create|drop|alter)\s+(?:or\s+replace\s+)?(?:temp\w*\s+|external\s+)?(?:table|view|schema))\b"
)
_SCRIPTS = (".py", ".sh", ".sql", ".ipynb", ".js", ".ts", ".pl", ".rb", ".r", ".bash", ".awk")


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """Interpreters, new scripts, and pipeline code that is a script in disguise."""
    if isinstance(effect, RunProgram):
        yield from _program(effect, context)
    elif isinstance(effect, WritePath):
        yield from _write(effect, context)


def _no(saw: str, do: str) -> Finding:
    return Finding(DENY, KEY, saw, do)


def is_interpreter(program: str) -> bool:
    """Whether a program runs code that it is given: `python3.11`, `./venv/bin/python`, `awk`."""
    name = os.path.basename(program).casefold().removesuffix(".exe")
    return name in _INTERPRETERS or name.rstrip("0123456789.") in _INTERPRETERS


def _program(effect: RunProgram, context: Context) -> Iterator[Finding]:
    if effect.reads_only or not effect.argv:
        return
    name = effect.argv[0]
    if is_interpreter(name) or name.endswith(_SCRIPTS):
        from pipeline_guard.programs.instead import instead  # needed for a refusal only

        do = instead(effect.argv) or _instead(context, " ".join(effect.argv))
        yield _no(f"`{' '.join(effect.argv)[:80]}` runs code of its own", do)


def _instead(context: Context, code: str = "") -> str:
    """What answers the question that the code was to answer."""
    if "expectation" in code and "import" in code:
        return "The built-in ones: `self-heal reference show expectations`"
    table = suggest.quoted("bauplan", "table", "get", "<table>", "--ref", suggest.pinned(context))
    return f"Ask the lakehouse: {table} and {suggest.query(context)}; read code with Read and Grep"


def _write(effect: WritePath, context: Context) -> Iterator[Finding]:
    in_project = workspace.zone(effect.path, context.workspace) == workspace.PROJECT
    exists = os.path.isfile(effect.path)
    name = os.path.basename(effect.path)
    if name.casefold().endswith(".ipynb"):
        yield _no(f"the notebook `{name}`", _instead(context))
    elif not exists and name.casefold().endswith(_SCRIPTS) and not _may_be_new(name, in_project):
        yield _no(f"`{name}` would be a new script", _instead(context))
    elif in_project:
        yield from _content(effect)


def _may_be_new(name: str, in_project: bool) -> bool:
    return in_project and name == "expectations.py"


def _content(effect: WritePath) -> Iterator[Finding]:
    if effect.text is None:
        saw = f"`{effect.tool}` writes `{effect.path}`, and edits of code are judged as edits only"
        yield Finding(DENY, "unknown", saw, "Use the Edit or Write tool")
    elif not effect.text.strip() and text_before(effect.path).strip():
        do = "Edit the model instead of emptying its file"
        yield Finding(DENY, "git_only", f"`{effect.path}` would be empty", do)
    elif effect.path.endswith(".sql"):
        if not is_query(effect.text) and is_query(text_before(effect.path)):
            yield _no(f"`{effect.path}` would be no query", "A model in SQL is one SELECT")
    elif effect.path.endswith(".py"):
        from pipeline_guard.project import (
            edits as python_edits,  # it reads Python, which costs 4 ms
        )

        before, siblings = text_before(effect.path), _siblings(effect.path)
        for fault in python_edits.faults(before, effect.text, siblings):
            do = "Keep the edit to models and expectations; look at data with `bauplan query`"
            yield _no(f"`{effect.path}`: {fault}", do)


def _siblings(path: str) -> list[str]:
    """The modules that lie beside a file, and the folders, by their names."""
    folder = os.path.dirname(path)
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return [name.removesuffix(".py") for name in names]


def is_query(text: str) -> bool:
    """One statement that begins as a query does; its comments and templates left out."""
    import re  # needed for SQL only

    bare = re.sub(r"(?s)--[^\n]*|/\*.*?\*/|\{%.*?%\}|'(?:[^']|'')*'", " ", text).strip()
    begins = re.match(r"(?i)[(\s]*(?:select|with|from|values|table)\b|\{\{", bare)
    return bool(begins) and ";" not in bare.rstrip("; \n\t\r") and not re.search(_WRITES, bare)


def text_before(path: str) -> str:
    """What a file holds now; `""` where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""
