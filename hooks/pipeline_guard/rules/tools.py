"""Deny by default: what is not among the skill's tools is refused.

Every effect comes through here. The tables below are the whole of what may be used at all; the
hard rules then look at how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pipeline_guard import mcp, suggest
from pipeline_guard.context import Context
from pipeline_guard.effects import (
    CallBauplanApi,
    CallMcp,
    DeletePath,
    Effect,
    FetchUrl,
    MakeFolder,
    ReadPath,
    ReadVariable,
    RunBauplan,
    RunGit,
    RunProgram,
    RunSelfHeal,
    SetVariable,
    StartAgent,
    Unknown,
    UseTool,
    WritePath,
)
from pipeline_guard.verdicts import DENY, Finding

NUMBER = 0
HANDLES = (
    CallBauplanApi,
    CallMcp,
    DeletePath,
    FetchUrl,
    MakeFolder,
    ReadPath,
    ReadVariable,
    RunBauplan,
    RunGit,
    RunProgram,
    RunSelfHeal,
    SetVariable,
    StartAgent,
    Unknown,
    UseTool,
    WritePath,
)

DOCUMENTATION = "docs.bauplanlabs.com"

BAUPLAN_COMMANDS = frozenset(
    {
        ("info",),
        ("version",),
        ("help",),
        ("job", "ls"),
        ("job", "get"),
        ("job", "logs"),
        ("commit",),
        ("branch", "ls"),
        ("branch", "get"),
        ("branch", "diff"),
        ("branch", "create"),
        ("branch", "checkout"),
        ("checkout",),
        ("tag",),
        ("tag", "ls"),
        ("namespace", "ls"),
        ("table", "ls"),
        ("table", "get"),
        ("query",),
        ("run",),
    }
)
# This project's own command line: what the agent may run, and with which options. None of them
# names a file to write, a program to start or another ref to work on.
SELF_HEAL: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("guard", "status"): ("--json",),
    ("guard", "explain"): ("--json",),
    ("guard", "log"): ("--json", "--last", "--denied"),
    ("report", "check"): ("--json", "--offline"),
    ("reference", "show"): ("--json", "--version"),
    ("reference", "lint"): ("--json", "--version"),
    ("reference", "build"): (),
    ("prove",): ("--json", "--job"),
}
_BAUPLAN_INSTEAD = {
    ("config",): "`bauplan info` says who you are; the configuration holds the key",
    ("init",): "the project is there already; edit its files",
    ("parameter",): "parameters belong to the project; a person changes them",
    ("job", "stop"): "leave the job; `bauplan job ls` shows it",
    ("branch", "merge"): "stop when the rerun is green; a person merges the debug branch",
    ("branch", "rm"): "leave the branch; a person cleans up",
    ("branch", "rename"): "leave the branch under its name",
}


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """Refuse what is in none of the tables."""
    check = _CHECKS.get(type(effect))
    if check is None:
        yield _no(f"`{type(effect).__name__}`", "use one of the skill's tools")
    else:
        yield from check(effect, context)


def _no(saw: str, instead: str, rule: str = "tools") -> Finding:
    return Finding(DENY, rule, saw, instead)


def _nothing(_effect: Effect, _context: Context) -> Iterator[Finding]:
    return iter(())


def _bauplan(effect: RunBauplan, context: Context) -> Iterator[Finding]:
    call = context.bauplan(effect)
    if "arg" in call.options:
        yield _no("`--arg`, which sets backend arguments nobody checks", "leave `--arg` out")
    if call.command in BAUPLAN_COMMANDS:
        return
    shown = " ".join(("bauplan", *call.command))
    instead = _BAUPLAN_INSTEAD.get(call.command) or _BAUPLAN_INSTEAD.get(call.command[:1])
    yield _no(
        f"`{shown}`, which is no part of a healing",
        instead or "Data is changed by the rerun alone: fix the model that makes it",
    )


def _git(effect: RunGit, context: Context) -> Iterator[Finding]:
    from pipeline_guard.rules import tools_git

    yield from tools_git.judge(context.git(effect), context)


def _program(effect: RunProgram, context: Context) -> Iterator[Finding]:
    if not effect.reads_only:
        from pipeline_guard.programs.instead import instead  # needed for a refusal only

        shown = " ".join(effect.argv)[:120]
        general = (
            "Use bauplan, git, Read, Glob and Grep, or the plain shell reads (ls, cat, head, "
            f"grep, sort, jq, …); to look at data: {suggest.query(context)}"
        )
        yield _no(f"`{shown}` is not a known read", instead(effect.argv) or general)


def _self_heal(effect: RunSelfHeal, _context: Context) -> Iterator[Finding]:
    words, flags = _split(effect.argv)
    # A `--help` behind another option may be that option's value.
    if not words or flags == ["--help"]:
        return
    name = next((name for name in SELF_HEAL if tuple(effect.argv[: len(name)]) == name), None)
    do = "Use `self-heal guard status`, `self-heal report check` or `self-heal prove`"
    if name is None:
        yield _no(f"`self-heal {' '.join(words[:2])}`, which a person types", do)
    elif odd := [flag for flag in flags if flag.partition("=")[0] not in SELF_HEAL[name]]:
        plain = " ".join(("self-heal", *name))
        yield _no(f"`{plain}` with {', '.join(odd)}", f"Use `{plain}` without it")


def _split(argv: tuple[str, ...]) -> tuple[list[str], list[str]]:
    flags = [word for word in argv if word.startswith("-")]
    return [word for word in argv if not word.startswith("-")], flags


def _api(effect: CallBauplanApi, _context: Context) -> Iterator[Finding]:
    if effect.tool not in mcp.ALLOWED:
        instead = mcp.INSTEAD.get(effect.tool, "fix the model and rerun on the debug branch")
        yield _no(f"the tool `{effect.tool}`, which is no part of a healing", instead)
    elif odd := sorted(set(effect.arguments) - mcp.ALLOWED[effect.tool]):
        yield _no(f"the arguments {', '.join(odd)} of `{effect.tool}`", "leave them out")


def _mcp(effect: CallMcp, _context: Context) -> Iterator[Finding]:
    yield _no(
        f"the tool `{effect.tool}` of the server `{effect.server}`",
        "use the Bauplan tools or the `bauplan` command",
    )


def _url(effect: FetchUrl, _context: Context) -> Iterator[Finding]:
    from urllib.parse import urlsplit

    plain = effect.url.removeprefix("http://").removeprefix("https://")
    known = plain.startswith(f"{DOCUMENTATION}/") and " " not in plain
    wanted = f"fetch https://{plain if known else f'{DOCUMENTATION}/…'} only"
    odd = [c for c in effect.url if c <= " " or c in '\\\x7f"<>']
    try:
        parts = urlsplit(effect.url)
        fine = parts.scheme == "https" and parts.netloc.casefold() == DOCUMENTATION
    except ValueError:
        fine = False
    if odd or not fine:
        yield _no(f"the address {effect.url[:200]!r}", wanted)


def _unknown(effect: Unknown, _context: Context) -> Iterator[Finding]:
    yield _no(f"`{effect.what}`: {effect.why}", effect.instead, "unknown")


_CHECKS: Mapping[type, Callable[..., Iterator[Finding]]] = {
    CallBauplanApi: _api,
    CallMcp: _mcp,
    DeletePath: _nothing,  # rule 5 and rule 7
    FetchUrl: _url,
    MakeFolder: _nothing,  # rule 7
    ReadPath: _nothing,  # credentials
    ReadVariable: _nothing,  # credentials
    RunBauplan: _bauplan,
    RunGit: _git,
    RunProgram: _program,
    RunSelfHeal: _self_heal,
    SetVariable: _nothing,  # account
    StartAgent: _nothing,
    Unknown: _unknown,
    UseTool: _nothing,
    WritePath: _nothing,  # rules 2, 4, 7 and 8
}
