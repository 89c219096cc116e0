"""The reports' JSON schemas: what each report must hold, and where in its template it stands.

The schema is the contract and the table of contents at once: its `x-` keywords name the heading
or field of each value, and its descriptions are the words in which a failure is told.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pipeline_guard import home

JOB_REPORT = "job_report"
DATA_REPORT = "data_report"
SUMMARY = "summary"

Schema = Mapping[str, Any]


@cache
def load(kind: str) -> Schema:
    """The schema of one kind of report, from the plugin's `schemas/`."""
    with open(os.path.join(home.schemas(), f"{kind}.schema.json"), encoding="utf-8") as file:
        schema: Schema = json.load(file)
    return schema


def title(schema: Schema) -> tuple[str, str]:
    """The key that the first heading fills ("" for a fixed one), and its text before the value."""
    entries = schema["properties"].items()
    return next(
        ((k, p["x-title"]) for k, p in entries if "x-title" in p), ("", schema.get("x-title", ""))
    )


def headings(schema: Schema) -> dict[str, str]:
    """Heading -> key of the sections, in the template's order."""
    return {p["x-heading"]: k for k, p in schema["properties"].items() if "x-heading" in p}


def fields(schema: Schema, key: str) -> dict[str, str]:
    """Field name -> key of the `**Field**: value` lines of one section."""
    below = schema["properties"][key].get("properties", {})
    return {p["x-field"]: k for k, p in below.items() if "x-field" in p}


def violations(kind: str, data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each value that the schema refuses: its path, and what is missing in plain words."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(load(kind)).iter_errors(data):
        path = tuple(str(part) for part in error.absolute_path)
        wanted = error.schema.get("description", error.message)
        yield path, f"{wanted}{_found(error.instance)}"


def _found(value: object) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        return "; nothing is there"
    shown = " ".join(str(value).split())
    return f"; found `{shown[:80]}`" if isinstance(value, str) else ""
