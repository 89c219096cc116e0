"""What is installed, whether it works, and what to do about it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline_guard import account, home
from pipeline_guard.bauplan_cli import reference
from self_heal.errors import SelfHealError
from self_heal.install import fire, gates, plan
from self_heal.install import settings as hooks
from self_heal.install.changes import content
from self_heal.install.targets import BEFORE, TARGETS, Scope, Target
from self_heal.skill import NAME

PROGRAMS = {"cursor": "cursor-agent"}
_SECONDS = 20
_SHIM_LAUNCHER = re.compile(r'^const GUARD = (".*")$', re.M)


class Finding(NamedTuple):
    """One thing that was looked at: `ok` is None where it is neither right nor wrong."""

    what: str
    ok: bool | None
    said: str


def machine() -> list[Finding]:
    """The interpreter of the hooks, bauplan with its reference, and git."""
    return [_interpreter(), *_bauplan(), _git()]


def runtimes(folder: Path) -> dict[str, list[Finding]]:
    """For each known runtime, by its title, what was found for this person and this project."""
    scopes = [Scope(Path.home(), is_project=False)]
    if folder != Path.home():
        scopes.append(Scope(folder, is_project=True))
    return {target.title: list(_runtime(target, scopes)) for target in TARGETS.values()}


def _runtime(target: Target, scopes: Sequence[Scope]) -> Iterator[Finding]:
    program = shutil.which(PROGRAMS.get(target.runtime, target.runtime)) or ""
    yield Finding("program", None, _printed(program, "--version") if program else "not on the PATH")
    findings = [finding for scope in scopes for finding in _in_scope(target, scope, program)]
    if target.runtime == "claude":
        findings += [f for scope in scopes for f in _plugin(target, scope)]
    if not findings:
        said = f"no; `self-heal install --runtime {target.runtime}` does it"
        findings = [Finding("installed", False if program else None, said)]
    yield from findings


def _in_scope(target: Target, scope: Scope, program: str) -> Iterator[Finding]:
    path = target.settings(scope)
    try:
        command = installed_command(target, path)
    except SelfHealError as error:
        yield Finding("settings", False, str(error))
        return
    if not command:
        return
    yield Finding("installed", True, f"{'project' if scope.is_project else 'user'}: {path}")
    if plan.installing(target, scope):
        yield Finding("up to date", False, "no; the same `self-heal install` again mends it")
    for closed in gates.closed(target, scope, program):
        yield Finding("gate", False, closed)
    fired = fire.fire(target.runtime, command)
    yield Finding("test event", fired.works, f"`{fire.CALL}`: {fired.said}")


def installed_command(target: Target, path: Path) -> str:
    """The command line that an installed hooks file runs before a tool; `""` without one."""
    held = content(path)
    if target.runtime == "opencode":
        found = _SHIM_LAUNCHER.search((held or b"").decode("utf-8", "replace"))
        launcher = json.loads(found[1]) if found and plan.is_shim(held) else ""
        return f"/bin/sh {shlex.quote(launcher)} {BEFORE} --runtime opencode" if launcher else ""
    lines = hooks.commands(hooks.read(path, held, target), target).values()
    return next((line for held in lines for line in held if f" {BEFORE} " in line), "")


def _plugin(target: Target, scope: Scope) -> Iterator[Finding]:
    """Claude Code's plugin of this name, which brings its hooks along."""
    for name in {target.hooks, target.project_hooks if scope.is_project else target.hooks}:
        path = target.folder(scope) / name
        try:
            settings = hooks.read(path, content(path), target)
        except SelfHealError:
            continue  # said already, where the hooks were looked for
        plugins = settings.get("enabledPlugins")
        for plugin, enabled in plugins.items() if isinstance(plugins, dict) else ():
            if plugin.partition("@")[0] == NAME:
                said = "" if enabled else ", but switched off: `/plugin` enables it"
                yield Finding("installed", bool(enabled), f"as the plugin {plugin}{said}")


def _interpreter() -> Finding:
    recorded = Path(home.state_folder()) / "interpreter"
    lines = (content(recorded) or b"").decode("utf-8", "replace").splitlines()
    if len(lines) < 2:
        said = "none recorded: the plugin's own .venv is used; `self-heal install` records one"
        return Finding("interpreter", None, said)
    code = "import sys; sys.path.append(sys.argv[1]); import tree_sitter_bash, sqlglot"
    done = _run([lines[0], "-I", "-S", "-c", code, lines[1]])
    if done is None or done.returncode:
        said = f"{lines[0]} cannot load the guard's packages: `self-heal install` records another"
        return Finding("interpreter", False, said)
    return Finding("interpreter", True, lines[0])


def _bauplan() -> Iterator[Finding]:
    version = account.installed_version()
    if not version:
        yield Finding("bauplan", False, "not on the PATH: `pip install bauplan`")
        return
    yield Finding("bauplan", True, f"{version} ({account.program()})")
    try:
        reference.load(version)
    except Exception as error:  # whatever it is, the guard would refuse every bauplan call
        yield Finding(
            "reference", False, f"none for {version} ({error}): `self-heal reference build`"
        )
    else:
        yield Finding("reference", True, f"of version {version}")


def _git() -> Finding:
    program = shutil.which("git")
    if not program:
        return Finding("git", False, "not on the PATH: install it, a fix has to be a commit")
    return Finding("git", True, _printed(program, "--version"))


def _printed(program: str, *words: str) -> str:
    done = _run([program, *words])
    lines = (done.stdout.strip() if done else "").splitlines()
    return f"{lines[0]} ({program})" if lines else f"it does not start ({program})"


def _run(command: list[str]) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def as_json(found: Mapping[str, list[Finding]]) -> dict[str, Any]:
    """The findings for a program to read."""
    return {title: [finding._asdict() for finding in held] for title, held in found.items()}
