"""Is an edit of Python pipeline code, or a diagnosis script in its clothes?

Both texts are parsed, and the statements that the edit adds are looked at. Only `ast` is used:
nothing of the project is run.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

_SHOWS = frozenset("print pprint pp display log debug info warning warn error".split())
_PROCESSES = frozenset(
    """os.system os.popen os.exec os.spawn os.fork os.remove os.unlink os.rename os.kill
    subprocess pty shutil socket requests urllib http ftplib smtplib paramiko boto3 ctypes
    importlib runpy multiprocessing""".split()
)
_RUNS_TEXT = frozenset("eval exec compile __import__ breakpoint input".split())
_WRITES = frozenset(
    """write writelines write_text write_bytes to_csv to_parquet to_json to_excel to_pickle
    to_feather to_sql write_csv write_parquet write_table write_feather write_dataset dump
    write_to_dataset savetxt tofile""".split()
)
_CLIENT = ("bauplan.Client", "Client")
_IDLE = (ast.Import, ast.ImportFrom, ast.Pass)


def faults(before: str, after: str) -> list[str]:
    """Why an edit is no pipeline code, one clause each; empty when it is."""
    try:
        new = ast.parse(after)
    except (SyntaxError, ValueError, RecursionError) as error:
        if _parses(before):
            line = getattr(error, "lineno", None) or 1
            return [f"line {line} would not be valid Python: {getattr(error, 'msg', error)}"]
        return []
    added = _added(before, new)
    found = [fault for statement in added for fault in _forbidden(statement)]
    acting = [statement for statement in added if not isinstance(statement, _IDLE)]
    if not found and acting and all(map(_only_shows, acting)):
        found.append("the edit only prints, which is a diagnosis script")
    return list(dict.fromkeys(found))


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return bool(text.strip())


def _added(before: str, new: ast.Module) -> list[ast.stmt]:
    """The statements of `new` that were not there before; a compound one without its body."""
    old = Counter(map(_shape, _statements(ast.parse(before)))) if _parses(before) else Counter()
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
    return (
        child
        for child in ast.iter_child_nodes(statement)
        if not isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case))
    )


def _only_shows(statement: ast.stmt) -> bool:
    """A call of `print` and the like, or a loop or condition, which does nothing by itself."""
    if isinstance(statement, ast.Expr):
        value = statement.value
        return isinstance(value, ast.Call) and _name(value.func).rpartition(".")[2] in _SHOWS
    return isinstance(statement, (ast.For, ast.While, ast.If, ast.With, ast.Try))


def _forbidden(statement: ast.stmt) -> Iterator[str]:
    """What pipeline code has no business with: files, processes, the network, the catalog."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        names = [alias.name for alias in statement.names]
        if isinstance(statement, ast.ImportFrom):
            names = [statement.module or ""]
        for name in names:
            if name.partition(".")[0] in _PROCESSES:
                yield f"it imports `{name}`"
        return
    for part in _own(statement):
        for node in ast.walk(part):
            if isinstance(node, ast.Call):
                yield from _call(node)


def _call(node: ast.Call) -> Iterator[str]:
    name = _name(node.func)
    last = name.rpartition(".")[2]
    dotted = any(name.startswith(start) for start in _PROCESSES if "." in start)
    if dotted or name.partition(".")[0] in _PROCESSES or name in (*_RUNS_TEXT, *_CLIENT):
        yield f"it calls `{name}`"
    elif name == "open" or name.endswith(".open"):
        yield "it opens a file"
    elif last in _WRITES and "." in name:
        yield f"it writes with `{name}`"


def _name(node: ast.expr) -> str:
    """`a.b.c` of a call's function; what hangs on another call counts as `?`."""
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"
