"""The reference healing's code: the truth's fix and expectation, put into the project."""

from __future__ import annotations

from collections.abc import Mapping

from self_heal.errors import BadInput
from self_heal.scenario import PYTHON, Change, Guard, Truth, for_this_python

EXPECTATIONS = "expectations.py"
HEAD = '''"""What must hold for the tables of this pipeline."""

from typing import Annotated

import bauplan
import pyarrow as pa
'''


def reference_code(before: Mapping[str, str], truth: Truth) -> dict[str, str]:
    """The project's files as the reference leaves them."""
    files = dict(before)
    for change in (change for commit in truth.fix for change in commit.edits):
        files[change.file] = changed(files, change)
    if truth.guard is not None:
        files[EXPECTATIONS] = guarded(files.get(EXPECTATIONS, ""), truth.guard)
    return files


def changed(files: Mapping[str, str], change: Change) -> str:
    """One file after an edit; the text to replace must stand there once."""
    old, new = for_this_python(change.old), for_this_python(change.new)
    text = files.get(change.file, "")
    if old and text.count(old) != 1:
        raise BadInput(f"{change.file} holds {text.count(old)} times, not once: {old!r}")
    return text.replace(old, new) if old else new


def guarded(text: str, guard: Guard) -> str:
    """`expectations.py` with one more expectation at its end."""
    return f"{(text or HEAD).rstrip()}\n\n\n{expectation(guard)}"


def expectation(guard: Guard) -> str:
    """The source of an expectation."""
    body = "\n".join(f"    {line}" if line else "" for line in guard.body.strip().splitlines())
    return (
        f'@bauplan.expectation()\n@bauplan.python("{PYTHON}")\ndef {guard.name}(\n'
        f'    data: Annotated[pa.Table, bauplan.Model("{guard.table}")],\n) -> bool:\n'
        f'    """{guard.doc}"""\n{body}\n    return True\n'
    )
