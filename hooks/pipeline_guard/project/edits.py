"""Is an edit of Python pipeline code, or a diagnosis script in its clothes?

Both texts are parsed, and the statements that the edit adds are looked at: pipeline code computes
tables from tables, so what reaches for files, processes, the network or the environment is none.
Only `ast` is used: nothing of the project is run.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping

Names = Mapping[str, str]

_SHOWS = frozenset("print pprint pp display log debug info warning warn error".split())
_MODULES = frozenset(
    """subprocess pty shutil socket requests httpx aiohttp urllib urllib3 http ftplib smtplib
    telnetlib paramiko boto3 botocore s3fs gcsfs ctypes importlib runpy multiprocessing tempfile
    pickle shelve marshal code codeop inspect gc builtins signal posix nt _posixsubprocess pathlib
    asyncio sqlite3 dbm fileinput linecache webbrowser antigravity zipfile tarfile mmap ssl xmlrpc
    socketserver select selectors site pkgutil zipimport imp pdb bdb trace timeit cProfile profile
    doctest getpass atexit glob dill joblib cloudpickle fsspec smart_open sh plumbum psutil git
    dotenv""".split()
)
_OF_MODULES = frozenset(
    """os.system os.popen os.fork os.remove os.unlink os.rename os.replace os.kill os.environ
    os.environb os.getenv os.putenv os.open os.write os.mkdir os.makedirs os.listdir os.walk
    os.scandir os.startfile sys.stdout sys.stderr sys.modules sys.path bauplan.Client io.FileIO
    platform.popen numpy.save numpy.savez numpy.savez_compressed numpy.load numpy.loadtxt
    numpy.fromfile numpy.genfromtxt numpy.memmap torch.load torch.save pyarrow.fs pyarrow.OSFile
    pyarrow.output_stream pyarrow.input_stream pyarrow.memory_map pyarrow.dataset.dataset""".split()
)
_STARTS = ("os.exec", "os.spawn", "os.posix_spawn", "pyarrow.fs.")
_GUARDED = ("os", "sys")
_PURE = frozenset(
    """os os.path os.sep os.linesep os.fspath os.cpu_count os.path.join os.path.basename
    os.path.dirname os.path.split os.path.splitext os.path.normpath os.path.sep""".split()
)
_SQL_OF_FILES = re.compile(
    r"(?is)\bcopy\b.+\bto\s+'|\bread_(?:text|blob|csv|csv_auto|parquet|json|json_auto|ndjson)\s*\("
    r"|^\s*(?:attach|install)\s"
)
_NAMES = frozenset(
    """open eval exec compile __import__ breakpoint input globals locals vars getattr setattr
    delattr __builtins__ __loader__ __spec__""".split()
)
_METHODS = frozenset(
    """write writelines write_text write_bytes read_text read_bytes to_csv to_parquet to_json
    to_excel to_pickle to_feather to_sql to_hdf write_csv write_parquet write_table write_feather
    write_dataset write_to_dataset dump savetxt tofile read_csv read_parquet read_table read_json
    read_excel read_feather read_sql open read_database scan_csv scan_parquet scan_ndjson sink_csv
    sink_parquet sink_ipc sink_ndjson unlink FileHandler""".split()
)
# Statements that show nothing and compute nothing by themselves.
_IDLE = (ast.Import, ast.ImportFrom, ast.Pass, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def faults(before: str, after: str) -> list[str]:
    """Why an edit is no pipeline code, one clause each; empty when it is."""
    new = _parsed(after)
    if isinstance(new, str):
        return [new] if before.strip() and not isinstance(_parsed(before), str) else []
    names = _aliases(new)
    added = _added(before, new)
    found = [fault for statement in added for fault in _forbidden(statement, names)]
    acting = [statement for statement in added if not isinstance(statement, _IDLE)]
    if not found and acting and all(_only_shows(statement, names) for statement in acting):
        found.append("the edit only prints, which is a diagnosis script")
    return list(dict.fromkeys(found))


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


def _added(before: str, new: ast.Module) -> list[ast.stmt]:
    """The statements of `new` that were not there before; a compound one without its body."""
    parsed = _parsed(before)
    old = Counter() if isinstance(parsed, str) else Counter(map(_shape, _statements(parsed)))
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


def _forbidden(statement: ast.stmt, names: Names) -> Iterator[str]:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from _imported(statement)
        return
    nodes = [node for part in _own(statement) for node in ast.walk(part)]
    inside = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, (ast.Name, ast.Attribute)):
            name = _dotted(node, names)
            yield from _reaches(node, name)
            if id(node) not in inside:
                yield from _hands_on(name)
        elif isinstance(node, ast.Constant) and _SQL_OF_FILES.search(str(node.value)):
            yield "its SQL reads or writes files"


def _hands_on(name: str) -> Iterator[str]:
    """`os` and `sys`: as values under another name, by way of another module, or in full."""
    first, _, rest = name.partition(".")
    if name in _GUARDED:
        yield f"it hands `{name}` on under another name"
    elif first == "os" and name not in _PURE:
        yield f"it uses `{name}`"
    for module in _GUARDED:
        _, found, tail = rest.rpartition(f"{module}.")
        if found and (f"{module}.{tail}" in _OF_MODULES or f"{module}.{tail}".startswith(_STARTS)):
            yield f"it reaches `{module}.{tail}` through `{first}`"


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    places = [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        places = [f"{statement.module or ''}.{name}" for name in places]
    for place in places:
        if place.partition(".")[0] in _MODULES or place in ("os.*", "sys.*", *_OF_MODULES):
            yield f"it imports `{place}`"


def _reaches(node: ast.Name | ast.Attribute, name: str) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return
    if name.partition(".")[0] in _MODULES or name in _OF_MODULES or name.startswith(_STARTS):
        yield f"it uses `{name}`"
    elif isinstance(node, ast.Name):
        imported = "." in name and name.rpartition(".")[2] in _METHODS
        if name in _NAMES or imported:
            yield f"it uses `{name}`"
    elif node.attr in _METHODS:
        yield f"it reads or writes files with `{node.attr}`"
    elif node.attr.startswith("__") and node.attr not in ("__doc__", "__name__", "__version__"):
        yield f"it uses `{node.attr}`"
