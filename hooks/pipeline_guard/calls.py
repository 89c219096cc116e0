"""A tool call -> its effects. The one place that knows tools by their names (Claude Code's).

A tool that is not listed, or whose arguments are not as expected, is an `Unknown`: denied.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from pipeline_guard.arguments import Arguments, Odd, only, text_of
from pipeline_guard.effects import (
    CallBauplanApi,
    CallMcp,
    Effect,
    FetchUrl,
    ReadPath,
    StartAgent,
    Unknown,
    UseTool,
)
from pipeline_guard.events import ToolCall
from pipeline_guard.paths import real
from pipeline_guard.programs.narrowing import is_harmless, is_harmless_type

_WRITING = frozenset("Write Edit MultiEdit apply_patch delete NotebookEdit".split())
# Tools that plan, list or wait: they touch neither files nor the network.
_HARMLESS = frozenset(
    "TodoWrite TodoRead TaskCreate TaskUpdate TaskGet TaskList TaskOutput TaskStop ExitPlanMode "
    "EnterPlanMode AskUserQuestion ToolSearch BashOutput AgentOutputTool KillShell KillBash "
    "ListAgents ListMcpResourcesTool ReportFindings StructuredOutput".split()
)
_WAITS = "Nothing has to be waited for: `bauplan run` ends with its job."
_INSTEAD = {
    **dict.fromkeys("Monitor ScheduleWakeup CronCreate Sleep".split(), _WAITS),
    "EnterWorktree": "Stay in this tree: `git switch -c debug/…`.",
    "SendMessage": "Start a new Agent and give it the whole task.",
    "PowerShell": "Use Bash.",
}
_SKILL = "self-healing-pipeline"
_OFF = "off"
_AGENT_MODES = ("", "default", "plan")
_ELSEWHERE = ("isolation", "team_name")


def effects_of(tool: ToolCall, cwd: str) -> list[Effect]:
    """Everything the call would do, when its session's folder is `cwd`; never an exception."""
    try:
        return _effects(tool, cwd)
    except Odd as odd:
        return [Unknown(tool.name, str(odd), f"Call {tool.name} with its usual arguments.")]
    except (OSError, ValueError) as error:
        return [Unknown(tool.name, f"its path cannot be resolved ({error})")]


def _effects(tool: ToolCall, cwd: str) -> list[Effect]:
    if not isinstance(tool.arguments, Mapping):
        raise Odd("its arguments are not an object")
    if not os.path.isabs(cwd):
        raise Odd("the session's folder is not known")
    if tool.name in _HARMLESS:
        return [UseTool(tool.name)]
    if tool.name.startswith("mcp__"):
        return [_mcp(tool)]
    if tool.name in _WRITING:
        from pipeline_guard import edits

        return edits.TOOLS[tool.name](tool.arguments, cwd)
    reader = _TOOLS.get(tool.name)
    if reader is None:
        instead = _INSTEAD.get(tool.name, "Use Bash, Read or Write.")
        return [Unknown(tool.name, "it is not a tool of this skill", instead)]
    return reader(tool.arguments, cwd)


def _bash(arguments: Arguments, cwd: str) -> list[Effect]:
    from pipeline_guard.shell import effects_of_command

    only(
        arguments,
        "command description timeout run_in_background dangerouslyDisableSandbox workdir",
    )
    folder = real(text_of(arguments, "workdir", "") or cwd, cwd)
    background = arguments.get("run_in_background", False)
    return effects_of_command(text_of(arguments, "command"), folder, certain=background is False)


def _read(arguments: Arguments, cwd: str) -> list[Effect]:
    return [ReadPath(real(text_of(arguments, "file_path"), cwd))]


def _list(arguments: Arguments, cwd: str) -> list[Effect]:
    return [ReadPath(real(text_of(arguments, "path", "."), cwd))]


def _glob(arguments: Arguments, cwd: str) -> list[Effect]:
    """Names only: the folder, and the pattern itself, which may lead elsewhere."""
    root = real(text_of(arguments, "path", "."), cwd)
    return [ReadPath(root), ReadPath(real(text_of(arguments, "pattern"), root))]


def _grep(arguments: Arguments, cwd: str) -> list[Effect]:
    """Contents below the folder, of the files that `glob` names."""
    text_of(arguments, "pattern")
    root = real(text_of(arguments, "path", "."), cwd)
    named = text_of(arguments, "glob", "")
    narrow = is_harmless(named) or is_harmless_type(arguments.get("type"))
    found: list[Effect] = [ReadPath(root, recursive=not narrow)]
    return [*found, ReadPath(real(named, root))] if named else found


def _fetch(arguments: Arguments, cwd: str) -> list[Effect]:
    del cwd
    return [FetchUrl(text_of(arguments, "url"))]


def _search_web(_arguments: Arguments, _cwd: str) -> list[Effect]:
    do = "Read the documentation: WebFetch https://docs.bauplanlabs.com/…"
    return [Unknown("WebSearch", "the whole web is no source of a healing", do)]


def _skill(arguments: Arguments, _cwd: str) -> list[Effect]:
    """The skill itself. Another one may run commands while it is loaded, which no hook sees."""
    named = [arguments[key] for key in ("skill", "name", "command") if key in arguments]
    ours = [str(name).removeprefix("/").rpartition(":")[2] == _SKILL for name in named]
    if str(arguments.get("args", "")).strip() == _OFF:
        return [Unknown("Skill", "only the person switches the guard off", "Go on with the steps.")]
    if named and all(ours):
        return [UseTool("Skill")]
    return [Unknown("Skill", "another skill is no part of a healing", "Go on with this skill.")]


def _agent(arguments: Arguments, cwd: str) -> list[Effect]:
    del cwd
    elsewhere = [name for name in _ELSEWHERE if arguments.get(name)]
    if elsewhere or arguments.get("mode", "") not in _AGENT_MODES:
        why = "it would work in another tree or session, or with other permissions"
        return [Unknown("Agent", why, f"Start it without {elsewhere[0] if elsewhere else 'mode'}.")]
    return [StartAgent(text_of(arguments, "prompt"))]


def _code_run(arguments: Arguments, cwd: str) -> list[Effect]:
    del cwd
    return [CallBauplanApi("code_run", dict(arguments))]


def _mcp(tool: ToolCall) -> Effect:
    """`mcp__<server>__<tool>`; the Bauplan server is known by its name, whatever marks it has."""
    server, _, name = tool.name[len("mcp__") :].rpartition("__")
    plain = "".join(letter for letter in server.lower() if letter.isalnum())
    if "bauplan" in plain:
        return CallBauplanApi(name, dict(tool.arguments))
    return CallMcp(server, name, dict(tool.arguments))


_TOOLS: dict[str, Callable[[Arguments, str], list[Effect]]] = {
    "Bash": _bash,
    "Read": _read,
    "NotebookRead": lambda arguments, cwd: [
        ReadPath(real(text_of(arguments, "notebook_path"), cwd))
    ],
    "LS": _list,
    "LSP": lambda arguments, cwd: [ReadPath(real(text_of(arguments, "filePath"), cwd))],
    "Glob": _glob,
    "Grep": _grep,
    "WebFetch": _fetch,
    "WebSearch": _search_web,
    "Skill": _skill,
    "Agent": _agent,
    "Task": _agent,
    "code_run": _code_run,
}
