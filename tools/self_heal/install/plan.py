"""What installing and uninstalling changes, file by file."""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from pipeline_guard import home
from self_heal import skill
from self_heal.errors import InTheWay
from self_heal.install import settings as hooks
from self_heal.install.changes import Change, content
from self_heal.install.targets import Scope, Target, launcher
from self_heal.places import plugin_root

_BACKUP = ".before-self-heal"
_LIST = ".installed-by-self-heal.json"
_SHIM_MARK = b"export const SelfHealingGuard"
_SHIM_LINE = 'const GUARD = fileURLToPath(new URL("guard", import.meta.url))'


def installing(target: Target, scope: Scope) -> list[Change]:
    """Everything that an installation writes; nothing where it is up to date already."""
    parts = [*_skill_in(target, scope), *_hooks_in(target, scope), _interpreter()]
    return [change for change in parts if change.changes]


def uninstalling(target: Target, scope: Scope) -> list[Change]:
    """Everything that takes out what an installation had put in."""
    parts = [*_hooks_out(target, scope), *_skill_out(target, scope)]
    return [change for change in parts if change.changes]


def backup_of(path: Path) -> Path:
    """Where the settings from before the installation are kept."""
    return path.with_name(path.name + _BACKUP)


def shim() -> bytes:
    """OpenCode's plugin with the launcher's absolute path."""
    text = (plugin_root() / "hooks" / "opencode.js").read_text(encoding="utf-8")
    if _SHIM_LINE not in text:
        raise InTheWay("hooks/opencode.js does not name its launcher where it is expected.")
    line = f"const GUARD = {json.dumps(str(launcher()))}"
    unused = 'import { fileURLToPath } from "node:url"\n'
    return text.replace(_SHIM_LINE, line).replace(unused, "").encode()


def is_shim(text: bytes | None) -> bool:
    """Whether a plugin file is the guard's."""
    return text is not None and _SHIM_MARK in text


def _hooks_in(target: Target, scope: Scope) -> Iterator[Change]:
    path = target.settings(scope)
    before = content(path)
    if target.runtime == "opencode":
        if before is not None and not is_shim(before):
            raise InTheWay(f"{path} exists and is not the guard's: move it away, then try again.")
        yield Change(path, before, shim())
        return
    settings = hooks.read(path, before, target)
    wanted = hooks.with_guard(settings, target)
    if wanted == settings:
        return
    if before is not None and not hooks.has_guard(settings, target):
        yield Change(backup_of(path), content(backup_of(path)), before)
    yield Change(path, before, hooks.write(wanted))


def _hooks_out(target: Target, scope: Scope) -> Iterator[Change]:
    path = target.settings(scope)
    before = content(path)
    if target.runtime == "opencode":
        if is_shim(before):
            yield Change(path, before, None)
        return
    settings = hooks.read(path, before, target)
    if not hooks.has_guard(settings, target):
        return
    left = hooks.without_guard(settings, target)
    kept = content(backup_of(path))
    yield Change(path, before, _as_it_was(left, kept, path, target))
    yield Change(backup_of(path), kept, None)


def _as_it_was(
    left: hooks.Settings, kept: bytes | None, path: Path, target: Target
) -> bytes | None:
    """The bytes from before the installation, where nobody has changed anything since."""
    if kept is None:
        return None if hooks.is_bare(left) else hooks.write(left)
    old = hooks.read(path, kept, target)
    return kept if _said(old) == _said(left, but=old) else hooks.write(left)


def _said(settings: hooks.Settings, but: hooks.Settings | None = None) -> hooks.Settings:
    """The settings without what says nothing, and without a version that we had to add."""
    ours = {"version"} if but is not None and "version" not in but else set()
    return {k: v for k, v in settings.items() if v != {} and k not in ours}


def _skill_in(target: Target, scope: Scope) -> Iterator[Change]:
    """The skill and its references, and a list of them with which they are taken out again."""
    folder = target.skill(scope)
    listed = content(folder / _LIST)
    if listed is None and content(folder / "SKILL.md") is not None:
        raise InTheWay(f"{folder} holds a skill of that name: move it away, then try again.")
    root = plugin_root()
    sources = skill.sources(root)
    for source in sources:
        path = folder / source
        yield Change(path, content(path), (root / source).read_bytes())
    names = sorted(str(source) for source in sources)
    for name in sorted(set(_names(listed)) - set(names)):
        yield Change(folder / name, content(folder / name), None)
    yield Change(folder / _LIST, listed, json.dumps(names, indent=2).encode() + b"\n")


def _skill_out(target: Target, scope: Scope) -> Iterator[Change]:
    folder = target.skill(scope)
    listed = content(folder / _LIST)
    for name in sorted(_names(listed), key=lambda name: -name.count("/")):
        yield Change(folder / name, content(folder / name), None)
    yield Change(folder / _LIST, listed, None)


def _names(listed: bytes | None) -> list[str]:
    """The names in the list, without any that leads out of the skill's folder."""
    try:
        names = json.loads(listed or b"[]")
    except ValueError:
        return []
    plain = [n for n in names if isinstance(n, str)] if isinstance(names, list) else []
    return [n for n in plain if not Path(n).is_absolute() and ".." not in Path(n).parts]


def _interpreter() -> Change:
    """The Python that the hooks run, and the folder its packages are in."""
    path = Path(home.state_folder()) / "interpreter"
    packages = sysconfig.get_path("purelib")
    return Change(path, content(path), f"{sys.executable}\n{packages}\n".encode())
