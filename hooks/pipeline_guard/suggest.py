"""The exact right command, from the session's own facts; `<…>` where a fact is not known.

Every command a message proposes is made here and stands in backquotes, so that a test can send
each one through the guard.
"""

from __future__ import annotations

import os

from pipeline_guard.context import Context

_HEX = frozenset("0123456789abcdef")
_PLAIN = "@%+=:,./-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def quoted(*words: str) -> str:
    """A command line in backquotes; placeholders stay readable."""
    return f"`{' '.join(word if word.startswith('<') else _quoted(word) for word in words)}`"


def _quoted(word: str) -> str:
    """As `shlex.quote` has it; that module costs 5 ms and a plain word needs none."""
    if word and not word.strip(_PLAIN):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def user(context: Context) -> str:
    """The Bauplan user name, as the session's branches show it."""
    facts = context.facts
    for branch in (facts.bauplan_branch, facts.source_branch):
        owner, dot, _ = branch.partition(".")
        if dot and owner:
            return owner
    return "<username>"


def job(context: Context) -> str:
    """The id of the job that is being healed."""
    return context.facts.job or "<job id>"


def short(context: Context) -> str:
    """The first eight characters of the job id, else of the pinned hash."""
    facts = context.facts
    return facts.job[:8] or hash_of(facts.working_ref)[:8] or "<short name>"


def hash_of(ref: str) -> str:
    """The 64 digits of `branch@hash`; `""` when it is no pinned ref.

    In lower case, as every look-up prints them: what the platform makes of others is not known.
    """
    branch, at, commit = ref.partition("@")
    fine = at and len(commit) == 64 and _HEX.issuperset(commit)
    return commit if fine and not any(c.isspace() for c in branch) else ""


def pinned(context: Context) -> str:
    """The ref to look at data with."""
    return context.facts.working_ref or context.facts.pinned or "<branch>@<commit hash>"


def debug_branch(context: Context) -> str:
    """The Bauplan debug branch: the session's own, else what it should be called."""
    return context.facts.bauplan_branch or _joined(user(context), ".debug_", short(context))


def git_branch(context: Context) -> str:
    """The git debug branch: the session's own, else what it should be called."""
    return context.facts.git_branch or _joined("debug/bpln_", short(context))


def _joined(*parts: str) -> str:
    text = "".join(parts)
    return f"<{text.replace('<', '').replace('>', '')}>" if "<" in text else text


def make_git_branch(context: Context) -> str:
    """Onto the git debug branch."""
    if context.facts.git_branch:
        return quoted("git", "switch", context.facts.git_branch)
    return quoted("git", "switch", "-c", git_branch(context))


def make_bauplan_branch(context: Context) -> str:
    """The Bauplan debug branch from the pinned ref, or how the pinned ref is found."""
    if not context.facts.working_ref:
        return find_pin(context)
    branch, ref = debug_branch(context), pinned(context)
    return quoted("bauplan", "branch", "create", branch, "--from-ref", ref)


def find_pin(context: Context) -> str:
    """The look-ups that pin the failing state, in their order, and what to do without a find."""
    job = context.facts.job
    if not job:
        return f"find the job: {quoted('bauplan', 'job', 'ls', '--status', 'fail')}"
    commits = ("bauplan", "commit", context.facts.source_branch or "<branch>")
    by_branch = quoted("bauplan", "branch", "ls", "--name", "bpln-tx")
    by_property = quoted(*commits, "--property", f"bpln_job_id={job}")
    by_time = quoted(*commits, "--max-count", "50", "--format", "fuller")
    return (
        f"{by_branch} and {by_property}; if both find nothing, {by_time} may tell it by time; if "
        f"not, write `not pinned` behind `Pinned Data Ref` in `debug/job/{job}.md`"
    )


def query(context: Context, sql: str = "SELECT * FROM <table> LIMIT 20") -> str:
    """A bounded query at the pinned ref."""
    words = ("bauplan", "query", "--ref", pinned(context), "--max-rows", "20")
    shown = " ".join(word if "<" in word else _quoted(word) for word in words)
    return f'`{shown} "{sql}"`' if '"' not in sql else f"`{shown} {_quoted(sql)}`"


def run(context: Context) -> str:
    """The rerun on the debug branch, as strict as the installed version can be told.

    What is not committed comes first: the rerun would be refused.
    """
    if context.uncommitted:
        return f"Commit first: {save(context)}"
    folder = context.workspace.project or "<project>"
    words = ["bauplan", "run", "--project-dir", folder, "--ref", debug_branch(context)]
    strict = context.reference.command(("run",)).flags.get("--strict")
    if strict is not None:
        words += ["--strict"] if strict.value is None else ["--strict", "on"]
    return quoted(*words)


def save(context: Context) -> str:
    """The changed files of the project in a commit."""
    files = sorted({relative(change.path, context) for change in context.uncommitted})
    return f"{quoted('git', 'add', *files)} and {commit(context)}"


def go_to_project(context: Context) -> str:
    """What settles which of several projects is healed; `""` where that is known."""
    if context.workspace.project:
        return ""
    logs = quoted("bauplan", "job", "logs", job(context))
    return (
        f"It is not settled which project failed: {logs} names a model, or go into the project's "
        "folder in a call of its own: `cd <project>`"
    )


def relative(path: str, context: Context) -> str:
    """A path as one would type it where the agent is."""
    return os.path.relpath(path, os.path.realpath(context.event.cwd))


def on_debug_branch(context: Context) -> bool:
    """Whether HEAD is on a debug branch, whatever the earlier parts of the call did."""
    return all(head.startswith("debug/") for head in context.scene.heads)


def commit(context: Context, subject: str = "", *options: str) -> str:
    """A commit as the workflow wants it, or the way to where it may be made."""
    if not on_debug_branch(context):
        return make_git_branch(context)
    if not context.facts.job and not context.facts.working_ref:
        return find_pin(context)
    reason = f"job {context.facts.job}" if context.facts.job else f"data {short(context)}"
    message = subject.replace("`", "").lstrip("# ") or "Fix the cause"
    if not message.endswith(f"({reason})"):
        message = f"{message} ({reason})"
    return quoted("git", "commit", *options, "-m", message)
