"""Not a numbered rule: the session's account is kept, and its secrets stay secret."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pipeline_guard import paths, secrets_map, workspace
from pipeline_guard.context import Context
from pipeline_guard.effects import (
    Effect,
    ReadPath,
    ReadVariable,
    RunBauplan,
    RunGit,
    RunProgram,
    SetVariable,
)
from pipeline_guard.git_cli import GitCall
from pipeline_guard.verdicts import DENY, Finding

NUMBER = 0
HANDLES = (RunBauplan, RunGit, RunProgram, SetVariable, ReadVariable, ReadPath)

_HARMLESS = frozenset({"LANG", "TZ"})
_WHO = "`bauplan info` says who you are; no step needs a key"
# What steers the shell or what it starts even when it is only assigned.
_STEERING = frozenset(
    """PATH HOME IFS ENV BASH_ENV SHELL SHELLOPTS BASHOPTS CDPATH GLOBIGNORE PROMPT_COMMAND PS4
    POSIXLY_CORRECT EDITOR VISUAL PAGER LESSOPEN TMPDIR XDG_STATE_HOME XDG_CONFIG_HOME""".split()
)
_SHOWING = frozenset({"commit", "diff", "grep", "log", "show", "status"})
_STARTS = ("LD_", "DYLD_", "GIT_", "BAUPLAN_", "PYTHON", "SELF_HEAL", "CLAUDE", "SSL_", "HTTP")


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """Another account or program, and reads of secrets."""
    if isinstance(effect, SetVariable):
        yield from _assignment(effect)
    elif isinstance(effect, ReadVariable):
        if secrets_map.is_secret_variable(effect.name):
            what = "the whole environment" if effect.name == "*" else f"`${effect.name}`"
            yield _secret(f"{what} would be printed or passed on")
    elif isinstance(effect, ReadPath):
        yield from _read(effect)
    elif isinstance(effect, RunGit):
        yield from _git(context.git(effect), context)
    elif isinstance(effect, RunProgram):
        yield from _program(effect)
    elif isinstance(effect, RunBauplan):
        yield from _bauplan(effect, context)


def _secret(saw: str) -> Finding:
    return Finding(DENY, "credentials", saw, _WHO)


def _assignment(effect: SetVariable) -> Iterator[Finding]:
    name = effect.name
    if name in _HARMLESS or name.startswith("LC_"):
        return
    steers = name in _STEERING or name.startswith(_STARTS) or name.casefold().endswith("_proxy")
    if steers or effect.exported or name in os.environ:
        do = "Run the plain command without it; only LC_…, LANG and TZ may be set"
        if effect.exported and not steers and effect.value and name not in os.environ:
            do = f"Leave `export` out: `{name}=…; echo ${name}` is known in the same command line"
        yield Finding(DENY, "account", f"`{name}=…` changes the environment", do)


def _read(effect: ReadPath) -> Iterator[Finding]:
    if secrets_map.is_secret(effect.path):
        yield _secret(f"`{effect.path}` holds credentials")
    elif effect.recursive and (secret := secrets_map.holds_secret(effect.path)):
        saw = f"a search through `{effect.path}` passes `{secret}`, which holds credentials"
        yield Finding(DENY, "credentials", saw, "Search a folder or files without it")


def _git(call: GitCall, context: Context) -> Iterator[Finding]:
    for word in (*call.positionals, *call.paths, *call.values("-L")):
        for part in {word, word.rpartition(":")[2]}:
            if part and secrets_map.is_secret(paths.real(part, call.folder)):
                yield _secret(f"`{word}` holds credentials")
                return
    repo = context.workspace.repo
    is_here = bool(repo) and workspace.find_repository(call.folder) == repo
    if call.subcommand in _SHOWING and not call.strange and is_here:
        yield from _contents(call)


def _contents(call: GitCall) -> Iterator[Finding]:
    from pipeline_guard.rules import git_contents  # it asks git, which costs 10 ms

    name = git_contents.secret(call)
    if name:
        do = f"Name the files that it should show: `git {call.subcommand} … -- <path>`"
        saw = f"`git {call.subcommand}` would show `{name}`, which holds credentials"
        yield Finding(DENY, "credentials", saw, do)
    elif word := git_contents.blob(call):
        saw = f"`{word}` is a file's contents by their hash: whose they are cannot be seen"
        yield Finding(DENY, "credentials", saw, "Name the file: `git show HEAD:<path>`")


def _program(effect: RunProgram) -> Iterator[Finding]:
    name = os.path.basename(effect.argv[0]) if effect.argv else ""
    if name in ("env", "printenv", "export", "declare", "set", "compgen"):
        yield _secret(f"`{name}` prints the environment")


def _bauplan(effect: RunBauplan, context: Context) -> Iterator[Finding]:
    call = context.bauplan(effect)
    if "profile" in call.options:
        saw = f"`--profile {call.options['profile'][-1]}` is another account"
        yield Finding(DENY, "account", saw, "Leave `--profile` out")
