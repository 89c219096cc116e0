"""Rule 1: nobody touches main, in Bauplan or in git; debug branches start from the pinned ref."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline_guard import mcp, suggest, workspace
from pipeline_guard.context import UNKNOWN_BRANCH, Context
from pipeline_guard.effects import CallBauplanApi, DeletePath, Effect, RunBauplan, RunGit, WritePath
from pipeline_guard.rules import main_git
from pipeline_guard.verdicts import DENY, Finding

if TYPE_CHECKING:
    from pipeline_guard.bauplan_cli import BauplanCall

NUMBER = 1
HANDLES = (RunBauplan, RunGit, CallBauplanApi, WritePath, DeletePath)

KEY = "main_branch"
# The option that names the branch a command writes; "" where it is always the active one.
_WRITES = {
    ("run",): "ref",
    ("branch", "merge"): "",
    ("namespace", "create"): "branch",
    ("namespace", "rm"): "branch",
    ("table", "create"): "branch",
    ("table", "create-external"): "branch",
    ("table", "create-plan"): "branch",
    ("table", "create-plan-apply"): "",
    ("table", "import"): "branch",
    ("table", "revert"): "into-branch",
    ("table", "rm"): "branch",
}
_NAMES_BRANCH = {("branch", "rm"), ("branch", "rename"), ("branch", "create")}
_CHECKOUTS = {("checkout",), ("branch", "checkout")}


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """Every way in which a call writes main, moves it, or goes there."""
    if isinstance(effect, RunBauplan):
        yield from _bauplan(context.bauplan(effect), context)
    elif isinstance(effect, RunGit):
        yield from main_git.judge(context.git(effect), context)
    elif isinstance(effect, CallBauplanApi):
        yield from _api(effect, context)
    elif isinstance(effect, (WritePath, DeletePath)):
        yield from _edit(effect.path, context)


def is_debug_branch(name: str) -> bool:
    """`<user>.debug_<something>`: the only Bauplan branches that a healing writes."""
    owner, _, rest = name.partition(".")
    plain = name.isascii() and all(c.isalnum() or c in "._-" for c in name)
    return plain and bool(owner) and rest.startswith("debug_") and len(rest) > len("debug_")


def _bauplan(call: BauplanCall, context: Context) -> Iterator[Finding]:
    if call.command in _CHECKOUTS:
        yield from _checkout(call, context)
    elif call.command == ("branch", "create"):
        yield from _create(call, context)
    for branch in _written(call, context):
        yield from _target(" ".join(call.command), branch, context)


def _written(call: BauplanCall, context: Context) -> Iterator[str]:
    if call.command in _NAMES_BRANCH:
        yield from call.positionals
    if call.command in _WRITES:
        yield from call.options.get(_WRITES[call.command]) or sorted(context.scene.active)


def _target(what: str, ref: str, context: Context) -> Iterator[Finding]:
    branch = ref.partition("@")[0]
    if branch == UNKNOWN_BRANCH:
        saw = f"`bauplan {what}` on the active branch, and which one that is cannot be told"
        yield Finding(DENY, KEY, saw, f"name the branch: `--ref {suggest.debug_branch(context)}`")
    elif context.protected(branch):
        saw = f"`bauplan {what}` with `{branch}` as its target"
        yield Finding(DENY, KEY, saw, _work_there(context))


def _work_there(context: Context) -> str:
    if context.facts.bauplan_branch:
        return f"Work on the debug branch `{context.facts.bauplan_branch}`"
    return f"Work on a debug branch from the pinned ref: {suggest.make_bauplan_branch(context)}"


def _checkout(call: BauplanCall, context: Context) -> Iterator[Finding]:
    for name in call.positionals:
        if context.protected(name):
            saw = f"`{name}` would become the active branch"
            yield Finding(DENY, KEY, saw, _work_there(context))
        else:
            yield from _name(name, context)
    if "b" in call.options:
        yield from _from_ref(call, "checkout -b", context)


def _create(call: BauplanCall, context: Context) -> Iterator[Finding]:
    for name in call.positionals:
        if not context.protected(name):
            yield from _name(name, context)
    if "if-not-exists" in call.options:
        saw = "`--if-not-exists` takes an older branch of that name for a new one"
        yield Finding(DENY, KEY, saw, suggest.make_bauplan_branch(context))
    yield from _from_ref(call, "branch create", context)


def _name(name: str, context: Context) -> Iterator[Finding]:
    if not is_debug_branch(name):
        wanted = suggest.quoted(suggest.debug_branch(context))
        yield Finding(DENY, "tools", f"`{name}` is no debug branch", f"The name is {wanted}")


def _from_ref(call: BauplanCall, what: str, context: Context) -> Iterator[Finding]:
    refs = call.options.get("from-ref", ())
    saw = _not_pinned(refs[-1] if refs else "", context)
    if saw:
        yield Finding(DENY, KEY, f"`{what}` {saw}", suggest.make_bauplan_branch(context))


def _not_pinned(ref: str, context: Context) -> str:
    """Why a new branch may not start there; `""` when it may."""
    facts, commit = context.facts, suggest.hash_of(ref)
    if not ref:
        return "without `--from-ref <pinned ref>` starts from the active branch"
    if not commit:
        return f"from `{ref}`, which moves or is no commit"
    if facts.working_ref:
        wanted = suggest.hash_of(facts.working_ref)
        return "" if commit == wanted else f"from `{ref}`, which is not the pinned ref"
    if facts.job:
        return f"from `{ref}` before the failing state of job {facts.job} is pinned"
    return "" if commit in facts.hashes else f"from `{ref}`, a hash that no look-up has printed"


def _api(effect: CallBauplanApi, context: Context) -> Iterator[Finding]:
    branch = effect.arguments.get(mcp.TARGETS.get(effect.tool, ""), "")
    if isinstance(branch, str) and context.protected(branch.partition("@")[0].strip()):
        saw = f"`{effect.tool}` with `{branch}` as its target"
        yield Finding(DENY, KEY, saw, _work_there(context))
    if effect.tool != "create_branch":
        return
    if not isinstance(branch, str) or not context.protected(branch):
        yield from _name(branch if isinstance(branch, str) else "", context)
    saw = _not_pinned(str(effect.arguments.get("from_ref") or ""), context)
    if saw:
        do = f"Give `from_ref`: {suggest.pinned(context)}"
        yield Finding(DENY, KEY, f"`create_branch` {saw}", do)


def _edit(path: str, context: Context) -> Iterator[Finding]:
    on_main = sorted(name for name in context.scene.heads if context.protected(name))
    if on_main and workspace.zone(path, context.workspace) == workspace.PROJECT:
        saw = f"an edit of `{path}` while git is on `{on_main[0]}`"
        yield Finding(DENY, KEY, saw, f"First {suggest.make_git_branch(context)}")
