"""Rule 1 in git: no commit, move or push of a protected branch."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_guard import suggest
from pipeline_guard.context import Context
from pipeline_guard.git_cli import GitCall
from pipeline_guard.verdicts import DENY, Finding

KEY = "main_branch"
_ON_HEAD = frozenset(
    "am apply cherry-pick commit merge pull rebase reset revert stash commit-tree".split()
)
_MOVES_REFS = frozenset("update-ref symbolic-ref fast-import replace filter-branch".split())
_FORCED = ("-D", "-M", "-C", "--delete", "--move", "--copy", "--force")


def judge(call: GitCall, context: Context) -> Iterator[Finding]:
    """What a git call would do to a protected branch."""
    for saw in _seen(call, context):
        yield Finding(DENY, KEY, saw, _instead(call, context))


def _instead(call: GitCall, context: Context) -> str:
    if call.subcommand == "push":
        name = context.facts.git_branch
        named = suggest.quoted("git", "push", "origin", name) if name else ""
        return f"Push the debug branch alone, by its name{': ' if named else ''}{named}"
    if _protected_head(context):
        return f"First {suggest.make_git_branch(context)}"
    return "Leave the branch as it is; a person merges the debug branch"


def _protected_head(context: Context) -> str:
    return next((name for name in sorted(context.scene.heads) if context.protected(name)), "")


def _seen(call: GitCall, context: Context) -> Iterator[str]:
    head = _protected_head(context)
    words = (*call.positionals, *call.paths)
    if call.lists:
        return  # no part of a healing, and no change either
    if head and call.subcommand in _ON_HEAD:
        yield f"`git {call.subcommand}` while HEAD is `{head}`"
    if call.subcommand in _MOVES_REFS:
        yield f"`git {call.subcommand}` moves refs by hand"
    if call.subcommand in ("switch", "checkout") and context.protected(call.target):
        yield f"HEAD would be `{call.target}`"
    if call.subcommand == "branch" and call.has(*_FORCED):
        yield from (f"`git branch` would change `{n}`" for n in words if context.protected(n))
    if call.subcommand == "worktree" and words[:1] == ("add",):
        yield "`git worktree add` opens a second working tree"
    if call.subcommand == "tag" and words:
        yield "`git tag` moves or makes a tag"
    if call.subcommand in ("fetch", "pull"):
        yield from (f"`{word}` writes a branch here" for word in words if ":" in word)
    if call.subcommand == "push":
        yield from _push(call, head, context)


def _push(call: GitCall, head: str, context: Context) -> Iterator[str]:
    for option in ("--all", "--mirror", "--tags", "--follow-tags"):
        if call.has(option):
            yield f"`git push {option}` pushes more than the debug branch"
    refspecs = call.positionals[1:]
    if head and not refspecs:
        yield f"`git push` while HEAD is `{head}`"
    for refspec in refspecs:
        source, colon, target = refspec.lstrip("+").partition(":")
        name = (target if colon else source).removeprefix("refs/heads/")
        if "*" in name or refspec in (":", "+:"):
            yield f"`git push` of `{refspec}` pushes more than the debug branch"
        elif context.protected(name) or context.protected(name.rpartition("/")[2]):
            yield f"`git push` of `{refspec}` ends at `{name}`"
        elif head and name in ("HEAD", "@"):
            yield f"`git push` of `{refspec}` ends at `{head}`"
