"""A tool call -> its effects. The one place that knows tools by their names (Claude Code's).

A tool that is not listed, or whose arguments are not as expected, is an `Unknown`: denied.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pipeline_guard.effects import (
    CallBauplanApi,
    CallMcp,
    DeletePath,
    Effect,
    FetchUrl,
    ReadPath,
    StartAgent,
    Unknown,
    UseTool,
    WritePath,
)
from pipeline_guard.events import ToolCall
from pipeline_guard.paths import real
from pipeline_guard.programs.narrowing import is_harmless, is_harmless_type

if TYPE_CHECKING:
    from pipeline_guard import patches

Arguments = Mapping[str, Any]

_MAX_FILE = 2_000_000
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


class _Odd(Exception):
    """An argument is missing or of another type than the tool takes."""


def effects_of(tool: ToolCall, cwd: str) -> list[Effect]:
    """Everything the call would do, when its session's folder is `cwd`; never an exception."""
    try:
        return _effects(tool, cwd)
    except _Odd as odd:
        return [Unknown(tool.name, str(odd), f"Call {tool.name} with its usual arguments.")]
    except (OSError, ValueError) as error:
        return [Unknown(tool.name, f"its path cannot be resolved ({error})")]


def _effects(tool: ToolCall, cwd: str) -> list[Effect]:
    if not isinstance(tool.arguments, Mapping):
        raise _Odd("its arguments are not an object")
    if not os.path.isabs(cwd):
        raise _Odd("the session's folder is not known")
    if tool.name in _HARMLESS:
        return [UseTool(tool.name)]
    if tool.name.startswith("mcp__"):
        return [_mcp(tool)]
    reader = _TOOLS.get(tool.name)
    if reader is None:
        instead = _INSTEAD.get(tool.name, "Use Bash, Read or Write.")
        return [Unknown(tool.name, "it is not a tool of this skill", instead)]
    return reader(tool.arguments, cwd)


def _text(arguments: Arguments, key: str, default: str | None = None) -> str:
    value = arguments.get(key, default)
    if not isinstance(value, str):
        raise _Odd(f"its argument {key} is not a text")
    return value


def _only(arguments: Arguments, known: str) -> None:
    odd = [key for key in arguments if key not in known.split()]
    if odd:
        raise _Odd(f"its argument {odd[0]} is not one the guard knows")


def _bash(arguments: Arguments, cwd: str) -> list[Effect]:
    from pipeline_guard.shell import effects_of_command

    _only(
        arguments,
        "command description timeout run_in_background dangerouslyDisableSandbox workdir",
    )
    folder = real(_text(arguments, "workdir", "") or cwd, cwd)
    background = arguments.get("run_in_background", False)
    return effects_of_command(_text(arguments, "command"), folder, certain=background is False)


def _write(arguments: Arguments, cwd: str) -> list[Effect]:
    _only(arguments, "file_path content")
    path = real(_text(arguments, "file_path"), cwd)
    return [WritePath(path, "Write", _text(arguments, "content"))]


def _edit(arguments: Arguments, cwd: str) -> list[Effect]:
    _only(arguments, "file_path old_string new_string replace_all")
    path = real(_text(arguments, "file_path"), cwd)
    return [WritePath(path, "Edit", _edited(_content(path), arguments))]


def _multi_edit(arguments: Arguments, cwd: str) -> list[Effect]:
    _only(arguments, "file_path edits")
    edits = arguments.get("edits")
    if not isinstance(edits, list) or not all(isinstance(edit, Mapping) for edit in edits):
        raise _Odd("its argument edits is not a list of edits")
    path = real(_text(arguments, "file_path"), cwd)
    text = _content(path)
    for edit in edits:
        text = _edited(text, edit)
    return [WritePath(path, "MultiEdit", text)]


def _content(path: str) -> str | None:
    """The file's text now, "" where it does not exist, None where it cannot be read as text."""
    try:
        if os.path.getsize(path) > _MAX_FILE:
            return None
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        return None


def _edited(text: str | None, edit: Arguments) -> str | None:
    """The text after one edit; None where the tool itself would refuse it."""
    old, new = _text(edit, "old_string"), _text(edit, "new_string")
    if text is None:
        return None
    if not old:
        return new if not text else None
    count = text.count(old)
    if count == 0 or (count > 1 and edit.get("replace_all") is not True):
        return None
    return text.replace(old, new)


def _patch(arguments: Arguments, cwd: str) -> list[Effect]:
    """Every file of a patch: Codex's only way to edit, and Copilot's with some models."""
    from pipeline_guard import patches

    _only(arguments, "patch")
    try:
        changes = patches.read(_text(arguments, "patch"))
    except patches.BadPatch as bad:
        raise _Odd(f"its patch cannot be read: {bad}") from None
    return [effect for change in changes for effect in _patched(change, cwd)]


def _patched(change: patches.Change, cwd: str) -> list[Effect]:
    from pipeline_guard import patches

    path = real(change.path, cwd)
    if change.kind == patches.DELETE:
        return [DeletePath(path)]
    if change.kind == patches.ADD:
        return [WritePath(path, "Write", "".join(f"{line}\n" for line in change.lines))]
    before = _content(path)
    text = None if before is None else patches.updated(before, change.lines)
    if not change.to:
        return [WritePath(path, "Edit", text)]
    return [DeletePath(path), WritePath(real(change.to, cwd), "Write", text)]


def _delete(arguments: Arguments, cwd: str) -> list[Effect]:
    _only(arguments, "file_path")
    return [DeletePath(real(_text(arguments, "file_path"), cwd))]


def _notebook(arguments: Arguments, cwd: str) -> list[Effect]:
    return [WritePath(real(_text(arguments, "notebook_path"), cwd), "NotebookEdit")]


def _read(arguments: Arguments, cwd: str) -> list[Effect]:
    return [ReadPath(real(_text(arguments, "file_path"), cwd))]


def _list(arguments: Arguments, cwd: str) -> list[Effect]:
    return [ReadPath(real(_text(arguments, "path", "."), cwd))]


def _glob(arguments: Arguments, cwd: str) -> list[Effect]:
    """Names only: the folder, and the pattern itself, which may lead elsewhere."""
    root = real(_text(arguments, "path", "."), cwd)
    return [ReadPath(root), ReadPath(real(_text(arguments, "pattern"), root))]


def _grep(arguments: Arguments, cwd: str) -> list[Effect]:
    """Contents below the folder, of the files that `glob` names."""
    _text(arguments, "pattern")
    root = real(_text(arguments, "path", "."), cwd)
    named = _text(arguments, "glob", "")
    narrow = is_harmless(named) or is_harmless_type(arguments.get("type"))
    found: list[Effect] = [ReadPath(root, recursive=not narrow)]
    return [*found, ReadPath(real(named, root))] if named else found


def _fetch(arguments: Arguments, cwd: str) -> list[Effect]:
    del cwd
    return [FetchUrl(_text(arguments, "url"))]


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
    return [StartAgent(_text(arguments, "prompt"))]


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
    "Write": _write,
    "Edit": _edit,
    "MultiEdit": _multi_edit,
    "apply_patch": _patch,
    "delete": _delete,
    "NotebookEdit": _notebook,
    "Read": _read,
    "NotebookRead": lambda arguments, cwd: [ReadPath(real(_text(arguments, "notebook_path"), cwd))],
    "LS": _list,
    "LSP": lambda arguments, cwd: [ReadPath(real(_text(arguments, "filePath"), cwd))],
    "Glob": _glob,
    "Grep": _grep,
    "WebFetch": _fetch,
    "WebSearch": _search_web,
    "Skill": _skill,
    "Agent": _agent,
    "Task": _agent,
    "code_run": _code_run,
}
