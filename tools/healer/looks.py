"""Which tool calls only look: those may run side by side."""

from __future__ import annotations

from pipeline_guard import account, bauplan_cli, calls, git_cli
from pipeline_guard.bauplan_cli import reference
from pipeline_guard.effects import Effect, FetchUrl, ReadPath, RunBauplan, RunGit, RunProgram
from pipeline_guard.events import ToolCall

_BAUPLAN = frozenset(
    {
        ("info",),
        ("version",),
        ("job", "ls"),
        ("job", "get"),
        ("job", "logs"),
        ("commit",),
        ("branch", "ls"),
        ("branch", "get"),
        ("branch", "diff"),
        ("tag", "ls"),
        ("namespace", "ls"),
        ("table", "ls"),
        ("table", "get"),
        ("query",),
    }
)
_GIT = frozenset({"log", "diff", "show", "blame", "ls-files", "rev-parse", "grep"})


def only_looks(tool: ToolCall, folder: str) -> bool:
    """Whether the call changes nothing that another call could see."""
    effects = calls.effects_of(tool, folder)
    return bool(effects) and all(_looks(effect) for effect in effects)


def _looks(effect: Effect) -> bool:
    if isinstance(effect, RunBauplan):
        return _bauplan(effect)
    if isinstance(effect, RunGit):
        return git_cli.read(effect.argv, effect.cwd).subcommand in _GIT
    if isinstance(effect, RunProgram):
        return bool(effect.reads_only)
    return isinstance(effect, (ReadPath, FetchUrl))


def _bauplan(effect: RunBauplan) -> bool:
    try:
        call = bauplan_cli.read(effect.argv, reference.load(account.installed_version()))
    except reference.ReferenceMissingError:
        return False
    return call.command in _BAUPLAN and not call.problems
