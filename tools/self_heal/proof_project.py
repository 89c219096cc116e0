"""The project a proof runs: one expectation, and of the pipeline only what leads to its table.

The failure that is healed usually lies further down; without cutting it off, the run would end
there and say nothing about the expectation.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pipeline_guard.project import Model, Project, read_project
from pipeline_guard.project.expectation_changes import used
from pipeline_guard.project.graph import parents

ADDED = "proof_expectation.py"


def add(expectation: Model, source: Path, target: Path) -> None:
    """Leave in project `target` what leads to the expectation's table, and add the expectation.

    It is taken from project `source`, with what it uses of its own file.
    """
    project = read_project(str(target))
    keep = leading_to(project, expectation)
    for model in project.models.values():
        if model.kind == "sql" and model.name not in keep:
            (target / model.file).unlink()
    for path in sorted(target.glob("*.py")):
        others = [
            m.function
            for m in project.models.values()
            if m.file == path.name and m.name not in keep
        ]
        path.write_text(without(path.read_text(encoding="utf-8"), others), encoding="utf-8")
    text = (source / expectation.file).read_text(encoding="utf-8")
    (target / ADDED).write_text(only(text, expectation.function), encoding="utf-8")


def leading_to(project: Project, expectation: Model) -> set[str]:
    """The models that make the table which the expectation reads, and theirs, up to the lake."""
    found: dict[str, Model] = {}
    waiting = parents(project, expectation, "bauplan")
    while waiting:
        model = waiting.pop()
        if model.name not in found:
            found[model.name] = model
            waiting += parents(project, model, "bauplan")
    return set(found)


def without(text: str, functions: list[str]) -> str:
    """Python source with some of its functions taken out; all other lines stay where they are.

    A file that does not parse is left as it is: the real program will say so.
    """
    lines = text.splitlines(keepends=True)
    for node in _parsed(text).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in functions:
            for number in range(_first_line(node), (node.end_lineno or node.lineno) + 1):
                lines[number - 1] = "\n"
    return "".join(lines)


def only(text: str, function: str) -> str:
    """Python source with one function and what it uses; the lines keep their order."""
    return "\n\n".join(_sources(text, used(ast.parse(text), function))) + "\n"


def _sources(text: str, nodes: list[ast.stmt]) -> Iterator[str]:
    lines = text.splitlines()
    for node in nodes:
        yield "\n".join(lines[_first_line(node) - 1 : node.end_lineno])


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module([], [])


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
