"""Is an edit of Python pipeline code, or a diagnosis script in its clothes?

Both texts are parsed, and the statements that the edit adds are looked at: pipeline code computes
tables from tables, so what reaches for files, processes, the network or the environment is none.
Only `ast` is used: nothing of the project is run.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from pipeline_guard.project import imports, reach

Names = Mapping[str, str]

_SHOWS = frozenset("print pprint pp display log debug info warning warn error".split())
# Statements that show nothing and compute nothing by themselves.
_IDLE = (ast.Import, ast.ImportFrom, ast.Pass, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def faults(before: str, after: str, siblings: Collection[str] = ()) -> list[str]:
    """Why an edit is no pipeline code, one clause each; empty when it is.

    `siblings` are the names of the project's own modules.
    """
    new, old = _parsed(after), _parsed(before)
    if isinstance(new, str):
        return [new] if before.strip() and not isinstance(old, str) else []
    names, roots = _aliases(new), imports.roots(new)
    added = _added(old, new)
    found = [fault for statement in added for fault in _forbidden(statement, names, roots)]
    found += _strange_imports(added, old, new, siblings)
    acting = [statement for statement in added if not isinstance(statement, _IDLE)]
    if not found and acting and all(_only_shows(statement, names) for statement in acting):
        found.append("the edit only prints, which is a diagnosis script")
    if not isinstance(old, str) and _has_nodes(old) and not _has_nodes(new):
        found.append("it would hold no model and no expectation any more")
    return list(dict.fromkeys(found))


def _strange_imports(
    added: list[ast.stmt], old: ast.Module | str, new: ast.Module, siblings: Collection[str]
) -> Iterator[str]:
    before = frozenset() if isinstance(old, str) else imports.roots(old)
    known = before | imports.declared(new) | frozenset(siblings)
    for statement in added:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for module in imports.strange(statement, known):
                yield f"it imports `{module}`, which no table is computed with"


def _has_nodes(module: ast.Module) -> bool:
    """Whether a function is decorated as a model or an expectation."""
    decorators = (
        decorator.func if isinstance(decorator, ast.Call) else decorator
        for node in ast.walk(module)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for decorator in node.decorator_list
    )
    return any(_last(decorator, {}) in ("model", "expectation") for decorator in decorators)


def _parsed(text: str) -> ast.Module | str:
    """The module, or why the text is none."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        return f"line {line} would not be valid Python: {getattr(error, 'msg', error)}"


def _aliases(module: ast.Module) -> dict[str, str]:
    """What each name stands for: `import os as o` makes `o` mean `os`, `p = print` makes `p` it."""
    found = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found.update({alias.asname: alias.name for alias in node.names if alias.asname})
        elif isinstance(node, ast.ImportFrom):
            place = node.module or ""
            for alias in node.names:
                found[alias.asname or alias.name] = f"{place}.{alias.name}"
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            meant = node.value.id
            targets = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found.update(dict.fromkeys(targets if meant in _SHOWS else (), meant))
    return found


def _added(before: ast.Module | str, new: ast.Module) -> list[ast.stmt]:
    """The statements of `new` that were not there before; a compound one without its body."""
    old = Counter() if isinstance(before, str) else Counter(map(_shape, _statements(before)))
    added = []
    for statement in _statements(new):
        shape = _shape(statement)
        if old[shape]:
            old[shape] -= 1
        else:
            added.append(statement)
    return added


def _statements(module: ast.Module) -> Iterator[ast.stmt]:
    return (node for node in ast.walk(module) if isinstance(node, ast.stmt))


def _shape(statement: ast.stmt) -> str:
    """A statement without the statements inside it."""
    return f"{type(statement).__name__} {' '.join(map(ast.dump, _own(statement)))}"


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """The parts of a statement that are no statements; an `except` keeps its exception only."""
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.excepthandler):
            yield from (part for part in ast.iter_child_nodes(child) if isinstance(part, ast.expr))
        elif not isinstance(child, (ast.stmt, ast.match_case)):
            yield child


def _only_shows(statement: ast.stmt, names: Names) -> bool:
    """A call of `print` and the like, or a loop or condition, which does nothing by itself."""
    if isinstance(statement, ast.Expr):
        value = statement.value
        return isinstance(value, ast.Call) and _last(value.func, names) in _SHOWS
    if isinstance(statement, (ast.Assign, ast.Assert)):
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name):
            return _last(statement.value, names) in _SHOWS
        calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
        return any(_dotted(call.func, names) in ("print", "pprint.pprint") for call in calls)
    return isinstance(statement, (ast.For, ast.While, ast.If, ast.With, ast.Try))


def _last(node: ast.expr, names: Names) -> str:
    return _dotted(node, names).rpartition(".")[2]


def _dotted(node: ast.expr, names: Names) -> str:
    """`a.b.c`, import aliases resolved; what hangs on a call or an item counts as `?`."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else "?"


def _forbidden(statement: ast.stmt, names: Names, roots: frozenset[str]) -> Iterator[str]:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from _imported(statement)
        return
    nodes = [node for part in _own(statement) for node in ast.walk(part)]
    inside = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, (ast.Name, ast.Attribute)):
            name = _dotted(node, names)
            yield from _reaches(node, name)
            if name.partition(".")[0] in roots and reach.is_of_files(name.rpartition(".")[2]):
                yield f"it uses `{name}`"
            if id(node) not in inside:
                yield from _hands_on(name)
        elif isinstance(node, ast.Call):
            yield from _called(node, _dotted(node.func, names))
        elif isinstance(node, (ast.Constant, ast.BinOp, ast.JoinedStr)):
            yield from reach.said(reach.text(node))


def _called(node: ast.Call, name: str) -> Iterator[str]:
    """A column may be called `open_price`; only a function of such a name opens anything."""
    last = name.rpartition(".")[2]
    for option in (item.arg for item in node.keywords if name == "bauplan.Model"):
        if option in reach.ELSEWHERE:
            yield f"a model with `{option}=` reads other data than the run's ref"
    given = [reach.text(value) for value in (*node.args, *(item.value for item in node.keywords))]
    if reach.is_of_files(last) and "." in name:
        yield f"it reads or writes files with `{last}`"
    elif last == "Client" or (name == "duckdb.connect" and given not in ([], [":memory:"])):
        yield f"it opens a connection with `{name}`"


def _hands_on(name: str) -> Iterator[str]:
    """`os`, `sys`, the SDK: as values under another name, by way of another module, or in full."""
    first, _, rest = name.partition(".")
    if name in reach.HELD:
        yield f"it hands `{name}` on under another name"
    elif first == "os" and name not in reach.PURE:
        yield f"it uses `{name}`"
    for module in reach.GUARDED:
        _, found, tail = rest.rpartition(f"{module}.")
        if found and reach.is_of_system(f"{module}.{tail}"):
            yield f"it reaches `{module}.{tail}` through `{first}`"


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    places = [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        places = [f"{statement.module or ''}.{name}" for name in places]
    for place in places:
        files = reach.is_of_files(place.rpartition(".")[2])
        if place.partition(".")[0] in reach.MODULES or files or place in reach.NOT_IMPORTED:
            yield f"it imports `{place}`"
        elif place.startswith("bauplan._"):
            yield f"it imports `{place}`, which is no part of the SDK"


def _reaches(node: ast.Name | ast.Attribute, name: str) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return
    if name.partition(".")[0] in reach.MODULES or reach.is_of_system(name):
        yield f"it uses `{name}`"
    elif isinstance(node, ast.Name):
        last = name.rpartition(".")[2]
        imported = "." in name and reach.is_of_files(last)
        if name in reach.NAMES or imported:
            yield f"it uses `{name}`"
    elif node.attr in reach.METHODS:
        yield f"it reads or writes files with `{node.attr}`"
    elif name.startswith("bauplan._"):
        yield f"it uses `{name}`"
    elif node.attr.startswith("__") and node.attr not in ("__doc__", "__name__", "__version__"):
        yield f"it uses `{node.attr}`"
