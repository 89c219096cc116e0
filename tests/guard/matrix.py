"""Rule x tool x allow/deny: one example for each cell, or the reason why there is none.

`python -m tests.guard.matrix` writes `docs/guard-matrix.md` from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline_guard.rulebook import HARD_RULES

DOCUMENT = Path(__file__).parents[2] / "docs" / "guard-matrix.md"
TOOLS = (
    "Bash",
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "Read",
    "Glob",
    "Grep",
    "WebFetch",
    "Agent",
    "Bauplan MCP tools",
)
STATES = {
    "main": "git is on main, the job is inspected and the reports are there",
    "feature": "git is on a branch that is no debug branch, everything else is ready",
    "branched": "the debug branches exist, no report is written",
    "ready": "past the gate",
    "dirty": "past the gate, with an uncommitted edit",
    "unversioned": "past the gate, without a git repository",
}


class Call(NamedTuple):
    """A tool call in one of the states; `shown` is how the document tells it."""

    state: str
    shown: str
    arguments: Mapping[str, Any]
    tool: str = ""


class Cell(NamedTuple):
    """What is denied by the rule, what passes, and why one of them is missing."""

    denied: Call | None
    allowed: Call | None
    reason: str = ""


MODELS = "pipeline/models.py"
REPORT = "debug/summary.md"
OLD = "dep_delay"


def bash(state: str, command: str) -> Call:
    return Call(state, f"`{command}`", {"command": command})


def write(state: str, path: str, text: str = "x = 1\n", what: str = "") -> Call:
    return Call(state, what or f"`{path}`", {"file_path": path, "content": text})


def edit(state: str, path: str, new: str = "delay", what: str = "") -> Call:
    arguments = {"file_path": path, "old_string": OLD, "new_string": new}
    return Call(state, what or f"`{path}`", arguments)


def edits(state: str, path: str, new: str = "delay", what: str = "") -> Call:
    both = [{"old_string": OLD, "new_string": new}]
    return Call(state, what or f"`{path}`", {"file_path": path, "edits": both})


def notebook(state: str, path: str = "pipeline/x.ipynb") -> Call:
    return Call(state, f"`{path}`", {"notebook_path": path, "new_source": "1"})


def api(state: str, tool: str, **arguments: Any) -> Call:
    told = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return Call(state, f"`{tool}({told})`", arguments, f"mcp__bauplan__{tool}")


def sent(state: str, what: str, **changed: str) -> Call:
    """`code_run` with the project on disk and these changes."""
    arguments = {"changed": changed, "ref": "{debug}"}
    return Call(state, f"`code_run` {what}", arguments, "mcp__bauplan__code_run")


READ = Call("ready", f"`{MODELS}`", {"file_path": MODELS})
GLOB = Call("ready", "`**/*.py`", {"pattern": "**/*.py"})
GREP = Call("ready", f"`{OLD}` in `pipeline`", {"pattern": OLD, "path": "pipeline"})
PAGE = "https://docs.bauplanlabs.com/reference"
FETCH = Call("ready", f"`{PAGE}`", {"url": PAGE, "prompt": "x"})
AGENT = Call("ready", "`Look at the logs`", {"prompt": "Look at the logs", "description": "x"})
FIX = write("ready", "pipeline/late.sql", "SELECT dep_delay FROM daily_delays\n")
FIX_EDIT = edit("ready", MODELS)
FIX_EDITS = edits("ready", MODELS)
RUN = api("ready", "project_run", project_dir="pipeline", ref="{debug}")
NO_NOTEBOOK = "a notebook is never right (rule 8)"
NOT_WRITING = "it writes nothing"
PROBE = 'dep_delay"])\n    print(data)  # (["'
SHOW = "`" + MODELS + "`, adding a `print` only"


def reading(why: str) -> dict[str, Cell]:
    """The tools that read: this rule has nothing against them."""
    return {
        "Read": Cell(None, READ, why),
        "Glob": Cell(None, GLOB, why),
        "Grep": Cell(None, GREP, why),
        "WebFetch": Cell(None, FETCH, why),
        "Agent": Cell(None, AGENT, "the subagent's own calls are judged as they come"),
    }


def writing(why: str) -> dict[str, Cell]:
    """The tools that write files, where the rule is about something else."""
    return {
        "Write": Cell(None, FIX, why),
        "Edit": Cell(None, FIX_EDIT, why),
        "MultiEdit": Cell(None, FIX_EDITS, why),
        "NotebookEdit": Cell(None, None, f"{why}; {NO_NOTEBOOK}"),
    }


def edits_in(state: str) -> dict[str, Cell]:
    """The tools that write files, where the state makes an edit of code wrong."""
    return {
        "Write": Cell(write(state, MODELS), FIX),
        "Edit": Cell(edit(state, MODELS), FIX_EDIT),
        "MultiEdit": Cell(edits(state, MODELS), FIX_EDITS),
        "NotebookEdit": Cell(notebook(state), None, NO_NOTEBOOK),
    }


MATRIX: dict[str, dict[str, Cell]] = {
    "main_branch": {
        "Bash": Cell(bash("ready", "git push origin main"), bash("ready", "git log main")),
        **edits_in("main"),
        **reading("reading moves no branch"),
        "Bauplan MCP tools": Cell(
            api("ready", "merge_branch", source_ref="{debug}", into_branch="main"),
            api("ready", "get_branch", branch="main"),
        ),
    },
    "git_only": {
        "Bash": Cell(bash("ready", "git stash"), bash("ready", "git add pipeline/models.py")),
        **edits_in("feature"),
        **reading(NOT_WRITING),
        "Bauplan MCP tools": Cell(RUN._replace(state="dirty"), RUN),
    },
    "pinned_queries": {
        "Bash": Cell(
            bash("ready", "bauplan table get t --ref main"),
            bash("ready", "bauplan table get t --ref {pinned}"),
        ),
        **writing("it looks at no data"),
        **reading("it looks at files, not at the lakehouse"),
        "Bauplan MCP tools": Cell(
            api("ready", "get_table", table="t", ref="main"),
            api("ready", "get_table", table="t", ref="{pinned}"),
        ),
    },
    "inspect_first": {
        "Bash": Cell(
            bash("branched", "bauplan run --project-dir pipeline --ref {debug}"),
            bash("ready", "bauplan run --project-dir pipeline --ref {debug}"),
        ),
        **edits_in("branched"),
        **reading("reading is how one inspects"),
        "Bauplan MCP tools": Cell(RUN._replace(state="branched"), RUN),
    },
    "keep_branches": {
        "Bash": Cell(
            bash("ready", "bauplan branch rm {debug}"), bash("ready", "bauplan branch ls")
        ),
        **writing("it removes no branch and no file"),
        **reading("it removes nothing"),
        "Bauplan MCP tools": Cell(
            api("ready", "delete_branch", branch="{debug}"), api("ready", "get_branches")
        ),
    },
    "known_flags": {
        "Bash": Cell(
            bash("ready", "bauplan job ls --format json"),
            bash("ready", "bauplan job ls --output json"),
        ),
        **writing("it has no command line"),
        **reading("it has no command line"),
        "Bauplan MCP tools": Cell(
            None,
            api("ready", "get_jobs", limit=5),
            "it has no command line; an argument the server does not have is refused as no tool "
            "of the skill",
        ),
    },
    "allowed_files": {
        "Bash": Cell(bash("ready", "echo x > NOTES.md"), bash("ready", "mkdir -p debug/job")),
        "Write": Cell(write("ready", "NOTES.md"), write("ready", REPORT, "# Summary\n")),
        "Edit": Cell(edit("ready", "README.md"), FIX_EDIT),
        "MultiEdit": Cell(edits("ready", "README.md"), FIX_EDITS),
        "NotebookEdit": Cell(notebook("ready", "x.ipynb"), None, NO_NOTEBOOK),
        **reading(NOT_WRITING),
        "Bauplan MCP tools": Cell(
            sent("unversioned", "with a new file `probe.py`", probe__py="x = 1\n"),
            sent(
                "unversioned", "with a new `expectations.py`", expectations__py="import bauplan\n"
            ),
        ),
    },
    "no_scripts": {
        "Bash": Cell(bash("ready", "python3 check.py"), bash("ready", "cat pipeline/models.py")),
        "Write": Cell(
            write("ready", "check.py"),
            write("ready", "pipeline/expectations.py", "x = 1\n"),
        ),
        "Edit": Cell(edit("ready", MODELS, PROBE, SHOW), FIX_EDIT),
        "MultiEdit": Cell(edits("ready", MODELS, PROBE, SHOW), FIX_EDITS),
        "NotebookEdit": Cell(notebook("ready"), None, NO_NOTEBOOK),
        **reading("it runs no code"),
        "Bauplan MCP tools": Cell(
            sent("unversioned", "with `models.py` that only prints", models__py="print('x')\n"),
            sent(
                "unversioned",
                "with a fixed `late.sql`",
                late__sql="SELECT a FROM daily_delays",
            ),
        ),
    },
}


def render() -> str:
    """The document."""
    lines = [
        "# What each rule says to each tool",
        "",
        "Made by `python -m tests.guard.matrix` from the cases of `tests/guard/matrix.py`, each of "
        "which the tests send through the guard.",
        "",
        "The state of the session stands in brackets: "
        + "; ".join(f"*{name}*: {what}" for name, what in STATES.items())
        + ".",
    ]
    for rule in HARD_RULES:
        lines += ["", f"## {rule.number}. {rule.title}", "", "| Tool | Denied | Allowed |"]
        lines += ["| --- | --- | --- |"]
        lines += [_row(tool, MATRIX[rule.key][tool]) for tool in TOOLS]
    return "\n".join(lines) + "\n"


def _row(tool: str, cell: Cell) -> str:
    wrong = "❌ " if cell.denied else ""  # what a document shows as wrong carries this mark
    denied, allowed = _told(cell.denied, cell.reason), _told(cell.allowed, cell.reason)
    return f"| {tool} | {wrong}{denied} | {allowed} |"


def _told(call: Call | None, reason: str) -> str:
    if call is None:
        return f"— {reason}"
    return f"{call.shown} ({call.state})".replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(render())
