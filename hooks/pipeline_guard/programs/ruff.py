"""`ruff`: checks only read, unless its options or the configuration in effect have it fix files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline_guard.effects import Effect, Unknown
from pipeline_guard.programs import options
from pipeline_guard.programs.reads import program, reads
from pipeline_guard.programs.table import RUFF_CHECK, RUFF_FORMAT

_READS = ("--version", "version", "rule", "linter")
_NEVER_FIX = frozenset(("--no-fix", "--diff", "--isolated"))
_CONFIGURATIONS = (".ruff.toml", "ruff.toml", "pyproject.toml")
_MOST_EXTENDED = 5


def effects(argv: Sequence[str], cwd: str) -> list[Effect]:
    """`ruff check` and `ruff format --check`, without fixes."""
    command = argv[1] if len(argv) > 1 else ""
    if command in _READS:
        return [program(argv, cwd, True)]
    call = options.read(argv[2:], RUFF_FORMAT if command == "format" else RUFF_CHECK)
    checks = {"--check", "--diff"} & set(call.seen)
    is_read = command == "check" or (command == "format" and bool(checks))
    sets = any("=" in value for value in call.read)  # `--config 'fix = true'` is no file
    known = is_read and not call.refused and not sets
    found = [program(argv, cwd, known), *reads(call.operands or (".",), cwd)]
    if known and command == "check" and not _NEVER_FIX & set(call.seen):
        found += _configured_fixes(argv, call.read, cwd)
    return found


def _configured_fixes(argv: Sequence[str], given: Sequence[str], cwd: str) -> Iterator[Effect]:
    """One `Unknown` where a configuration has every check fix what it finds."""
    files = [os.path.join(cwd, path) for path in given] or list(_in_effect(cwd))
    for path in files:
        if _fixes(path):
            instead = " ".join(("ruff check --no-fix", *argv[2:]))
            yield Unknown("ruff check", f"{path} has it fix files", instead)
            return


def _in_effect(cwd: str) -> Iterator[str]:
    """The nearest configuration around the folder, else the user's own."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    folder = cwd
    while True:
        for path in (os.path.join(folder, name) for name in _CONFIGURATIONS):
            if _table(path) is not None:
                yield path
                return
        if os.path.dirname(folder) == folder:
            break
        folder = os.path.dirname(folder)
    yield from (os.path.join(base, "ruff", name) for name in _CONFIGURATIONS)


def _fixes(path: str) -> bool:
    for _ in range(_MOST_EXTENDED):
        table = _table(path)
        if table is None:
            return False
        if table.get("fix") or table.get("fix-only"):
            return True
        if not isinstance(table.get("extend"), str):
            return False
        path = os.path.join(os.path.dirname(path), os.path.expanduser(table["extend"]))
    return True


def _table(path: str) -> Mapping[str, Any] | None:
    """The settings in a configuration; None where it has none, or is none that ruff reads."""
    import tomllib  # 4 ms, and only for ruff

    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except (OSError, ValueError):
        return None
    if os.path.basename(path) != "pyproject.toml":
        return document
    tool = document.get("tool")
    table = tool.get("ruff") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None
