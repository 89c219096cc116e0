"""What happened to a project's expectations between two states of its code.

Two expectations are the same when their functions are, and everything of the project that these
use: constants, helper functions, imported modules. Docstrings, comments, order, the file and the
Python environment do not count. Nothing of the project is imported or run.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline_guard.project import Model
from pipeline_guard.project.python import read_folder


class Changes(NamedTuple):
    """Names of expectations: those that came, those that are another now, those that went."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]


def expectations(folder: str) -> dict[str, Model]:
    """The expectations of the project in `folder`, by name."""
    models = read_folder(folder).models
    return {model.name: model for model in models if model.kind == "expectation"}


def compare(before: str, after: str) -> Changes:
    """How the expectations in folder `after` differ from those in folder `before`."""
    old, new = _meanings(before), _meanings(after)
    return Changes(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        tuple(sorted(old.keys() - new.keys())),
    )


def used(tree: ast.Module, function: str) -> list[ast.stmt]:
    """The statements at the top of a file that a function needs, and the function, in order."""
    chosen = {id(node) for nodes in _needed(tree, function).values() for node in nodes}
    return [node for node in tree.body if id(node) in chosen]


def _needed(tree: ast.Module, function: str) -> dict[str, list[ast.stmt]]:
    """All statements that define each name which the function uses, itself or through others."""
    defined: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        for name in _defines(node):
            defined.setdefault(name, []).append(node)
    needed: dict[str, list[ast.stmt]] = {}
    waiting = [function, "*"]  # a star import may bring any name
    while waiting:
        name = waiting.pop()
        if name in defined and name not in needed:
            needed[name] = defined[name]
            parts = (part for node in defined[name] for part in ast.walk(node))
            waiting += [part.id for part in parts if isinstance(part, ast.Name)]
    return needed


def _meanings(folder: str) -> dict[str, str]:
    trees = {name: _tree(os.path.join(folder, name)) for name in _python_files(folder)}
    return {
        model.name: "\n".join(_meaning(trees, model.file, model.function))
        for model in expectations(folder).values()
    }


def _python_files(folder: str) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name.endswith(".py"))


def _tree(path: str) -> ast.Module:
    with open(path, encoding="utf-8", errors="replace") as file:
        try:
            return ast.parse(file.read())
        except SyntaxError:
            return ast.Module([], [])


def _meaning(trees: Mapping[str, ast.Module], file: str, function: str) -> Iterator[str]:
    """All that decides what an expectation answers, as text; modules of the project in full."""
    for _, nodes in sorted(_needed(trees[file], function).items()):
        for node in nodes:
            yield ast.dump(_bare(node))
            for module in _imported(node):
                if f"{module}.py" in trees and f"{module}.py" != file:
                    yield ast.dump(trees[f"{module}.py"])


def _defines(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                yield from _defines(child)
        stored = (part for part in ast.walk(node) if isinstance(part, ast.Name))
        yield from (part.id for part in stored if isinstance(part.ctx, ast.Store))


def _imported(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and node.module:
        yield node.module.partition(".")[0]
    elif isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)


def _bare(node: ast.stmt) -> ast.stmt:
    """The statement without docstring and without the decorator that names the environment."""
    bare = ast.parse(ast.unparse(node)).body[0]
    if isinstance(bare, (ast.FunctionDef, ast.AsyncFunctionDef)):
        bare.decorator_list = [d for d in bare.decorator_list if "python" not in ast.unparse(d)]
        if ast.get_docstring(bare) is not None:
            bare.body = bare.body[1:] or [ast.Pass()]
    return bare
