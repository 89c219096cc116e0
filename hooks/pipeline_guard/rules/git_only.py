"""Rule 2: code changes on a debug branch only, and each in a commit with the job id."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_guard import mcp, suggest, workspace
from pipeline_guard.context import Context
from pipeline_guard.effects import (
    CallBauplanApi,
    DeletePath,
    Effect,
    RunBauplan,
    RunGit,
    WritePath,
)
from pipeline_guard.git_cli import GitCall
from pipeline_guard.git_cli import state as gitstate
from pipeline_guard.rules import git_scope
from pipeline_guard.verdicts import DENY, Finding

NUMBER = 2
HANDLES = (RunGit, RunBauplan, CallBauplanApi, WritePath, DeletePath)

KEY = "git_only"
_REWRITES = frozenset(
    """am apply cherry-pick filter-branch filter-repo merge mv read-tree rebase reset restore rm
    stash update-index checkout-index replace""".split()
)
_COMMIT_FAULTS = {
    "--amend": "rewrites a commit",
    "--no-verify": "skips the repository's checks",
    "--fixup": "makes a commit to squash",
    "--squash": "makes a commit to squash",
    "--allow-empty": "makes a commit without a change",
    "--allow-empty-message": "makes a commit without a message",
    "--reuse-message": "takes another commit's message",
    "--reedit-message": "takes another commit's message",
    "--file": "takes a message that cannot be seen here",
    "--template": "opens an editor",
    "--edit": "opens an editor",
    "--patch": "asks at a terminal",
    "--interactive": "asks at a terminal",
    "--cleanup": "may strip the job id from the message",
}


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """Edits, commits and reruns that would leave code outside git's history."""
    if isinstance(effect, RunGit):
        yield from _git(context.git(effect), context)
    elif isinstance(effect, (WritePath, DeletePath)):
        yield from _edit(effect, context)
    elif isinstance(effect, RunBauplan):
        if context.bauplan(effect).command == ("run",):
            yield from _run(context)
    elif isinstance(effect, CallBauplanApi) and effect.tool in mcp.RUNS:
        yield from _run(context)


def _no(saw: str, do: str) -> Finding:
    return Finding(DENY, KEY, saw, do)


def _git(call: GitCall, context: Context) -> Iterator[Finding]:
    if call.subcommand in _REWRITES and not call.lists:
        yield _no(
            f"`git {call.subcommand}` changes code without a commit of its own", _undo(context)
        )
    elif call.subcommand in ("checkout", "switch"):
        yield from _leaves(call, context)
    elif call.subcommand == "push":
        yield from _push(call)
    elif call.subcommand == "add":
        yield from git_scope.add(call, context)
    elif call.subcommand == "commit":
        yield from _commit(call, context)
    elif call.subcommand == "revert":
        yield from _revert(call, context)


def _undo(context: Context) -> str:
    own = context.facts.commits
    can = own and context.facts.code_changed and suggest.on_debug_branch(context)
    undo = suggest.quoted("git", "revert", "--no-edit", own[-1][:12]) if can else ""
    return f"Edit the file and commit{f'; to undo a commit: {undo}' if undo else ''}"


def _leaves(call: GitCall, context: Context) -> Iterator[Finding]:
    for option in ("--force", "--discard-changes", "--merge", "--force-create", "-B", "--patch"):
        if call.has(option):
            saw = f"`git {call.subcommand} {option}` throws changes away"
            yield _no(saw, suggest.make_git_branch(context))
    if call.has("--detach", "--orphan"):
        saw = f"`git {call.subcommand}` would leave the debug branch"
        yield _no(saw, suggest.make_git_branch(context))
    if call.paths:
        shown = " ".join(call.paths)
        yield _no(f"`git {call.subcommand}` puts back {shown} without a commit", _undo(context))


def _push(call: GitCall) -> Iterator[Finding]:
    forced = call.has("--force", "--force-with-lease", "--force-if-includes")
    if forced or any(word.startswith("+") for word in call.positionals):
        yield _no("a forced push rewrites history", "Push the debug branch by its name, unforced")
    if call.has("--no-verify"):
        yield _no("`--no-verify` skips the repository's checks", "Push without it")


def _off_branch(context: Context) -> Iterator[Finding]:
    """HEAD may be somewhere that is neither a debug branch nor (rule 1) a protected one."""
    for head in sorted(context.scene.heads):
        if not head.startswith("debug/") and not context.protected(head):
            where = f"on `{head}`" if head else "detached"
            yield _no(f"git is {where}", f"First {suggest.make_git_branch(context)}")


def _commit(call: GitCall, context: Context) -> Iterator[Finding]:
    """Its branch, form, message and content; of a form that is refused git is not even asked."""
    faults = [*_off_branch(context), *_form(call, context)]
    yield from faults
    yield from _message(call, context)
    if not faults:
        yield from git_scope.commit(call, context)


def _form(call: GitCall, context: Context) -> Iterator[Finding]:
    for option, fault in _COMMIT_FAULTS.items():
        if call.has(option):
            do = f"Make a plain new commit: {_again(call, context)}"
            yield _no(f"`git commit {option}` {fault}", do)


def _message(call: GitCall, context: Context) -> Iterator[Finding]:
    lines = "\n".join(call.values("--message")).splitlines()
    message = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    facts = context.facts
    commit = suggest.hash_of(facts.working_ref)
    if facts.job:
        if not _names_job(facts.job, message):
            saw = f"the commit's message lacks the job id {facts.job[:8]}"
            yield _no(saw, _again(call, context))
    elif not commit:
        yield _no("a commit before the failing state is known", suggest.find_pin(context))
    elif commit[:7] not in message:
        saw = "the commit's message lacks the pinned hash (there is no job)"
        yield _no(saw, _again(call, context))


def _again(call: GitCall, context: Context) -> str:
    """The same commit as it would be right, with the agent's own subject."""
    lines = "\n".join(call.values("--message")).splitlines() or [""]
    options = ("-a",) if call.has("--all") else ()
    return suggest.commit(context, lines[0].strip()[:72], *options)


def _names_job(job: str, message: str) -> bool:
    """Its id in full or its first 8 characters, and not as a part of another id."""
    import re  # needed for a commit only

    ids = r"(?<![^\W_])[0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?(?![^\W_])"
    return not {job, job[:8]}.isdisjoint(re.findall(ids, message))


def _revert(call: GitCall, context: Context) -> Iterator[Finding]:
    yield from _off_branch(context)
    own = context.facts.commits
    if not call.has("--no-edit"):
        yield _no("`git revert` opens an editor", _undo(context))
    for word in call.positionals or ("",):
        if not _is_own(word, context):
            do = _undo(context) if own else "There is no commit of this session to revert"
            yield _no(f"`{word}` is no commit of this session", do)


def _is_own(word: str, context: Context) -> bool:
    if word in ("HEAD", "@"):
        head = workspace.head_commit(context.workspace)
        return not context.scene.tree_moved and any(head.startswith(c) for c in _own(context))
    return len(word) >= 7 and any(c.startswith(word) for c in _own(context))


def _own(context: Context) -> tuple[str, ...]:
    return tuple(commit for commit in context.facts.commits if len(commit) >= 7)


def _edit(effect: WritePath | DeletePath, context: Context) -> Iterator[Finding]:
    place = context.workspace
    if workspace.zone(effect.path, place) != workspace.PROJECT:
        return
    if isinstance(effect, DeletePath):
        yield _no(f"`{effect.path}` would be removed", "Edit the model instead of removing it")
    if not place.repo:
        do = "Leave the files and send the fixed ones with the tool `code_run`"
        yield _no("there is no git repository, so nothing is edited here", do)
        return
    yield from _off_branch(context)
    if gitstate.is_ignored(effect.path, place.repo, place.git_dir):
        do = "Leave it: fix a model that git tracks; what git ignores is for a person to change"
        yield _no(f"`{effect.path}` is ignored by git, so no commit would have the edit", do)
    if not context.facts.code_changed and not any(True for _ in _off_branch(context)):
        yield from _snapshot(context)


def _snapshot(context: Context) -> Iterator[Finding]:
    """Before the first edit, what the person had not committed becomes one commit of its own."""
    if any(context.protected(head) for head in context.scene.heads):
        return
    place = context.workspace
    dirty = [c for c in context.changes if git_scope.belongs_to_snapshot(c, place)]
    if dirty:
        folder = suggest.quoted("git", "add", suggest.relative(place.project, context))
        new = f"{folder} and " if any(change.untracked for change in dirty) else ""
        shown = suggest.relative(dirty[0].path, context)
        save = f"{new}`git add -u`, then {suggest.commit(context, 'Snapshot before healing')}"
        yield _no(f"uncommitted changes of the person's, as `{shown}`", f"Save them first: {save}")


def _run(context: Context) -> Iterator[Finding]:
    if not context.workspace.repo:
        return
    if context.scene.tree_moved:
        saw = "the same command line edits, commits or switches the code that it then runs"
        yield _no(saw, "Do that in one call, and run in the next")
    elif context.uncommitted:
        shown = suggest.relative(context.uncommitted[0].path, context)
        yield _no(f"uncommitted changes in `{shown}`", suggest.run(context))
