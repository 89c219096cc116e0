"""Where references are written, and how: checked against their schema, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from pipeline_guard.bauplan_cli.reference import known_versions
from self_heal.errors import BadInput, MissingProgram
from self_heal.places import plugin_root
from self_heal.reference import likeness
from self_heal.reference.build import build
from self_heal.reference.program import Program

Json = dict[str, Any]


def installed_program() -> str:
    """The `bauplan` on PATH, as the guard sees it, else the one beside this interpreter."""
    beside = Path(sys.executable).parent / "bauplan"
    found = shutil.which("bauplan") or (str(beside) if beside.is_file() else "")
    if not found:
        raise MissingProgram("bauplan is not installed: run `pip install bauplan`.")
    return found


def build_checked(program: str) -> Json:
    """The reference of a program, learned from it alone, valid by the schema."""
    document = build(program)
    validate(document)
    return document


def build_like_known(program: str, version: str) -> Json:
    """The same, quickly, and only if the program is of this version."""
    with Program(program) as asked:
        found = asked.version()
    if found != version:
        raise BadInput(f"{program} is bauplan {found}, not {version}: name the right one.")
    folder = plugin_root() / "schemas" / "cli"
    like = likeness.nearest(version, known_versions())
    known = json.loads((folder / f"bauplan-{like}.json").read_text("utf-8")) if like else None
    document = build(program, known)
    validate(document)
    return document


def validate(document: Json) -> None:
    """Check a document against `schemas/cli.schema.json`; fails with `BadInput`."""
    import jsonschema

    schema = json.loads((plugin_root() / "schemas" / "cli.schema.json").read_text("utf-8"))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(document)
    worst = jsonschema.exceptions.best_match(errors)
    if worst is not None:
        raise BadInput(f"the reference is not valid at {worst.json_path}: {worst.message}.")


def text(document: Json) -> str:
    """The document as it is committed."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def write(document: Json, file: str | Path) -> None:
    """Write the document so that a reader sees all of it or nothing."""
    temporary = Path(f"{file}.{os.getpid()}.tmp")
    temporary.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_text(text(document), "utf-8")
    temporary.replace(file)
