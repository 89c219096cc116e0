"""Rule 4: no rerun and no edit of code before the evidence; reruns on the debug branch only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline_guard import gate, mcp, paths, suggest, workspace
from pipeline_guard.context import Context
from pipeline_guard.effects import (
    CallBauplanApi,
    DeletePath,
    Effect,
    RunBauplan,
    RunGit,
    WritePath,
)
from pipeline_guard.rules.no_scripts import text_before
from pipeline_guard.verdicts import DENY, Finding
from pipeline_guard.workspace import PROJECT_FILES

if TYPE_CHECKING:
    from pipeline_guard.bauplan_cli import BauplanCall

NUMBER = 4
HANDLES = (RunBauplan, RunGit, CallBauplanApi, WritePath, DeletePath)

KEY = "inspect_first"


def judge(effect: Effect, context: Context) -> Iterator[Finding]:
    """The gate before runs and edits, and how a run must look."""
    if isinstance(effect, RunBauplan):
        call = context.bauplan(effect)
        if call.command == ("run",):
            yield from _faults("a run", list(_run(call, effect.cwd, context)), context)
    elif isinstance(effect, CallBauplanApi):
        if effect.tool in mcp.RUNS:
            yield from _faults(f"`{effect.tool}`", list(_api_run(effect, context)), context)
            if effect.tool == "code_run":
                from pipeline_guard.rules import sent_code  # it reads Python, which costs 4 ms

                yield from sent_code.judge(effect.arguments.get("project_files"), context)
    elif isinstance(effect, RunGit) and context.git(effect).subcommand == "revert":
        yield from _faults("`git revert` of code", [], context)
    elif isinstance(effect, (WritePath, DeletePath)) and _is_code(effect.path, context):
        yield from _faults(f"an edit of `{effect.path}`", list(_renamed(effect)), context)


def _renamed(effect: WritePath | DeletePath) -> Iterator[tuple[str, str]]:
    """An edit of the project file that makes it another's, or has runs take other files along."""
    if isinstance(effect, DeletePath) or os.path.basename(effect.path) not in PROJECT_FILES:
        return
    if effect.text is None:
        return
    from pipeline_guard.project import identity

    old = text_before(effect.path)
    before = identity.project_id(old)
    if before and identity.project_id(effect.text) != before:
        yield f"another project than `{before}`", "Leave `id` below `project` as it is"
    for path in sorted(identity.paths_elsewhere(effect.text) - identity.paths_elsewhere(old)):
        yield f"`{path}`, which lies outside of the project", "Name files of the project only"


def _is_code(path: str, context: Context) -> bool:
    return workspace.zone(path, context.workspace) == workspace.PROJECT


def _faults(what: str, faults: list[tuple[str, str]], context: Context) -> Iterator[Finding]:
    """The gate first: while it is closed, how the run would look does not matter yet."""
    closed = gate.first_gap(context)
    if closed is not None:
        yield _no(f"{what} before the evidence: {closed.saw}", closed.do)
        return
    for saw, do in faults:
        yield _no(saw, do)


def _no(saw: str, do: str) -> Finding:
    return Finding(DENY, KEY, saw, do)


def _run(call: BauplanCall, cwd: str, context: Context) -> Iterator[tuple[str, str]]:
    wanted, right = context.facts.bauplan_branch, suggest.run(context)
    for ref in call.options.get("ref") or sorted(context.scene.active):
        if ref != wanted:
            yield f"a run on `{ref}`, not on the session's debug branch", right
    for saw in _loosened(call, context):
        yield saw, right
    folder = paths.real((call.options.get("project-dir") or (".",))[-1], cwd)
    if folder != context.workspace.project:
        yield f"a run of the project in `{folder}`", suggest.go_to_project(context) or right


def _loosened(call: BauplanCall, context: Context) -> Iterator[str]:
    """Strict or transactional execution switched off, in any version's spelling."""
    known = context.reference.command(("run",)).flags
    given = {name: values[-1].casefold() for name, values in call.options.items()}
    for name in ("strict", "transaction"):
        if f"no-{name}" in given:
            yield f"`--no-{name}`"
        elif f"--no-{name}" in known:
            continue
        elif name in given and given[name] not in ("", "on"):
            yield f"`--{name} {given[name]}`"
        elif name == "strict" and name not in given:
            yield "a run without `--strict`, which this version leaves off"


def _api_run(effect: CallBauplanApi, context: Context) -> Iterator[tuple[str, str]]:
    given = effect.arguments
    wanted = context.facts.bauplan_branch
    if given.get("ref") != wanted:
        do = f"Give `ref`: `{suggest.debug_branch(context)}`"
        yield f"a run on `{given.get('ref')}`, not on the session's debug branch", do
    if given.get("strict", True) is not True:
        yield f"`strict` {given['strict']}", "Leave `strict` out"
    if effect.tool == "project_run":
        folder = paths.real(str(given.get("project_dir") or "."), context.event.cwd)
        if folder != context.workspace.project:
            do = f"Give `project_dir`: {context.workspace.project or '<the project>'}"
            yield f"a run of the project in `{folder}`", do
