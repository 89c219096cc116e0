"""Tool calls that write or delete files -> their effects, with the text that would be there after.

Loaded for these tools only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pipeline_guard.arguments import Arguments, Odd, only, text_of
from pipeline_guard.effects import DeletePath, Effect, WritePath
from pipeline_guard.paths import real

if TYPE_CHECKING:
    from pipeline_guard import patches

_MAX_FILE = 2_000_000


def _write(arguments: Arguments, cwd: str) -> list[Effect]:
    only(arguments, "file_path content")
    path = real(text_of(arguments, "file_path"), cwd)
    return [WritePath(path, "Write", text_of(arguments, "content"))]


def _edit(arguments: Arguments, cwd: str) -> list[Effect]:
    only(arguments, "file_path old_string new_string replace_all")
    path = real(text_of(arguments, "file_path"), cwd)
    return [WritePath(path, "Edit", _edited(_content(path), arguments))]


def _multi_edit(arguments: Arguments, cwd: str) -> list[Effect]:
    only(arguments, "file_path edits")
    edits = arguments.get("edits")
    if not isinstance(edits, list) or not all(isinstance(edit, Mapping) for edit in edits):
        raise Odd("its argument edits is not a list of edits")
    path = real(text_of(arguments, "file_path"), cwd)
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
    old, new = text_of(edit, "old_string"), text_of(edit, "new_string")
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

    only(arguments, "patch")
    try:
        changes = patches.read(text_of(arguments, "patch"))
    except patches.BadPatch as bad:
        raise Odd(f"its patch cannot be read: {bad}") from None
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
    only(arguments, "file_path")
    return [DeletePath(real(text_of(arguments, "file_path"), cwd))]


def _notebook(arguments: Arguments, cwd: str) -> list[Effect]:
    return [WritePath(real(text_of(arguments, "notebook_path"), cwd), "NotebookEdit")]


TOOLS: dict[str, Callable[[Arguments, str], list[Effect]]] = {
    "Write": _write,
    "Edit": _edit,
    "MultiEdit": _multi_edit,
    "apply_patch": _patch,
    "delete": _delete,
    "NotebookEdit": _notebook,
}
