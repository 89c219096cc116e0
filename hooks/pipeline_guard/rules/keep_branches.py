"""Rule 5: debug and transaction branches stay, unless the person asks for a clean-up by name."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_guard import workspace
from pipeline_guard.context import Context
from pipeline_guard.effects import CallBauplanApi, DeletePath, Effect, RunBauplan, RunGit
from pipeline_guard.facts import pins
from pipeline_guard.git_cli import GitCall
from pipeline_guard.rules.main_branch import is_debug_branch
from pipeline_guard.verdicts import ASK, DENY, Finding

NUMBER = 5
HANDLES = (RunBauplan, RunGit, CallBauplanApi, DeletePath)

KEY = "keep_branches"
_CLEAN_UP = r"(?i)\b(delete|remove|drop|clean|prune|rename|rm|get rid of)"
_DELETES = ("--delete", "-D", "--move", "-M")
_LEAVE = "Leave it: a person cleans up, or asks for it by name"


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """Whatever removes or renames a debug or transaction branch, or the reports."""
    if isinstance(effect, RunBauplan):
        call = context.bauplan(effect)
        if call.command in (("branch", "rm"), ("branch", "rename")):
            yield from _branches(call.positionals[:1], "bauplan branch " + call.command[1], context)
    elif isinstance(effect, RunGit):
        yield from _git(context.git(effect), context)
    elif isinstance(effect, CallBauplanApi) and effect.tool == "delete_branch":
        yield from _branches((str(effect.arguments.get("branch", "")),), effect.tool, context)
    elif isinstance(effect, DeletePath) and _is_report(effect.path, context):
        yield _finding(f"`{effect.path}` would be removed", "debug/", context)


def _is_report(path: str, context: Context) -> bool:
    return workspace.zone(path, context.workspace) == workspace.DEBUG


def is_evidence(name: str) -> bool:
    """A debug or transaction branch of Bauplan, or a debug branch of git."""
    return is_debug_branch(name) or pins.is_transaction_branch(name) or name.startswith("debug/")


def _git(call: GitCall, context: Context) -> Iterator[Finding]:
    words = (*call.positionals, *call.paths)
    if call.subcommand == "branch" and call.has(*_DELETES):
        yield from _branches(words, "git branch", context)
    if call.subcommand == "push":
        gone = [word[1:] for word in call.positionals[1:] if word.startswith(":")]
        if call.has("--delete"):
            gone += call.positionals[1:]
        if call.has("--prune"):
            gone.append("debug/")
        yield from _branches(tuple(gone), "git push", context)
    if call.subcommand == "worktree" and words[:1] in (("remove",), ("prune",)):
        name = words[-1] if len(words) > 1 else "worktree"
        yield _finding("`git worktree remove` removes a working tree", name, context)
    if call.subcommand == "clean":
        yield Finding(DENY, KEY, "`git clean` removes files that no commit has", _LEAVE)


def _branches(names: tuple[str, ...], what: str, context: Context) -> Iterator[Finding]:
    for name in names:
        plain = name.removeprefix("refs/heads/")
        if is_evidence(plain):
            yield _finding(f"`{what}` would take `{plain}` away", plain, context)


def _finding(saw: str, name: str, context: Context) -> Finding:
    asked = context.policy.cleanup == ASK and _asked_for(name, context.facts.prompts)
    do = "The person asked for it by name and confirms it" if asked else _LEAVE
    return Finding(ASK if asked else DENY, KEY, saw, do)


def _asked_for(name: str, prompts: tuple[str, ...]) -> bool:
    """Whether the person's own words in this session ask to clean this very thing up."""
    import re  # needed for a removal only

    word = re.compile(rf"(?<![\w./-]){re.escape(name)}(?![\w/-]|\.\w)")
    return any(word.search(prompt) and re.search(_CLEAN_UP, prompt) for prompt in prompts)
