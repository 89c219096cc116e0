"""Where references are written, and how: checked against their schema, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from self_heal.errors import BadInput, MissingProgram
from self_heal.reference.build import build

Json = dict[str, Any]

_ROOT = Path(__file__).resolve().parents[3]
SCHEMA = "cli.schema.json"


def schemas_folder() -> Path:
    """The folder of the schemas: the repository's, else the one that the wheel carries."""
    carried = Path(__file__).resolve().parents[1] / "plugin" / "schemas"
    return carried if carried.is_dir() else _ROOT / "schemas"


def installed_program() -> str:
    """The `bauplan` beside this interpreter, else the one on PATH."""
    beside = Path(sys.executable).parent / "bauplan"
    found = str(beside) if beside.is_file() else shutil.which("bauplan")
    if not found:
        raise MissingProgram("bauplan is not installed: run `pip install bauplan`.")
    return found


def build_checked(program: str, version: str = "") -> Json:
    """The reference of a program, valid by the schema, and of `version` where one is asked for."""
    import jsonschema

    document = build(program)
    if version and document["version"] != version:
        raise BadInput(
            f"{program} is bauplan {document['version']}, not {version}: name the right one."
        )
    schema = json.loads((schemas_folder() / SCHEMA).read_text("utf-8"))
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema).iter_errors(document)
    )
    if error is not None:
        raise BadInput(f"the reference of {program} is not valid: {error.message}.")
    return document


def text(document: Json) -> str:
    """The document as it is committed."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def write(document: Json, file: str | Path) -> None:
    """Write the document so that a reader sees all of it or nothing."""
    temporary = Path(f"{file}.{os.getpid()}.tmp")
    temporary.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_text(text(document), "utf-8")
    temporary.replace(file)
