"""What a project file says, as a YAML reader finds it: its `id`, and paths that lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def project_id(text: str) -> str:
    """The `id` below `project`; `""` where there is none, or more than one reading of it."""
    document = _document(text)
    named = [value for project in _values(document, "project") for value in _values(project, "id")]
    return str(named[0].value) if len(named) == 1 and named[0].id == "scalar" else ""


def paths_elsewhere(text: str) -> frozenset[str]:
    """The values that are paths out of the project: a run would take those files along."""
    return frozenset(value for value in _scalars(_document(text)) if _leads_elsewhere(value))


def _leads_elsewhere(value: str) -> bool:
    return value.startswith(("/", "~")) or ".." in value.split("/")


def _document(text: str) -> Any:
    """The document's nodes; None where it is empty or no YAML."""
    import yaml  # 18 ms, and only for the project file

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError):
        return None


def _scalars(node: Any) -> Iterator[str]:
    if node is None:
        return
    if node.id == "scalar":
        yield str(node.value)
    for child in node.value if node.id != "scalar" else ():
        for part in child if node.id == "mapping" else (child,):
            yield from _scalars(part)


def _values(node: Any, key: str) -> list[Any]:
    """The values under a key: a mapping may hold it twice, which readers take differently."""
    if node is None or node.id != "mapping":
        return []
    return [value for name, value in node.value if name.value == key]
