"""What the process of one Python model or expectation does.

Loaded by `runner_host.py`, which has forked that process. It reads JSON (`runner.Work`) from
standard input, calls the function on memory-mapped tables and writes what came of it as JSON beside
the result. What the function prints is only passed on.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from typing import Any

HERE = os.path.abspath(__file__)  # noqa: PTH100 - pathlib is not loaded here
LEGACY_OPTIONS = ("columns",)


def work() -> None:
    """Read the work and do it, in the project's folder and with an environment of its own."""
    text = sys.stdin.read()
    if not text:
        return
    work = json.loads(text)
    os.chdir(work["project"])
    os.environ.clear()
    os.environ.update(work["environment"])
    if "numpy.random" in sys.modules:  # else each model draws the same numbers
        sys.modules["numpy.random"].seed()
    report = _report(work)
    sys.stdout.flush()
    sys.stderr.flush()
    with open(work["report"], "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(report, file)


def _report(work: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in work["packages"] if not _installed(name)]
    if missing:
        return {"missing": missing}
    try:
        if work["legacy"]:
            _accept_legacy_options()
        return _call(work)
    except BaseException as error:
        return _failure(error, work["project"])


def _installed(package: str) -> bool:
    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _call(work: dict[str, Any]) -> dict[str, Any]:
    sys.path.insert(0, work["project"])
    module = importlib.import_module(work["module"])
    function = getattr(module, work["function"])
    tables = {name: _read(path) for name, path in work["inputs"].items()}
    result = function(**tables, **work["arguments"])
    if work["expectation"]:
        return _verdict(result)
    table = _as_table(result)
    if table is None:
        return {"unsupported": type(result).__name__}
    _write(table, work["output"])
    return {"rows": table.num_rows}


def _read(path: str) -> Any:
    import pyarrow as pa

    with pa.memory_map(path) as source:
        return pa.ipc.open_file(source).read_all()


def _write(table: Any, path: str) -> None:
    import pyarrow as pa

    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _as_table(result: Any) -> Any:
    """A pyarrow table of what a model returned: Arrow, pandas, polars, DuckDB; else None."""
    import pyarrow as pa

    if isinstance(result, pa.Table):
        return result
    if isinstance(result, pa.RecordBatch):
        return pa.Table.from_batches([result])
    if isinstance(result, pa.RecordBatchReader):
        return result.read_all()
    if type(result).__module__.startswith("pandas"):
        return pa.Table.from_pandas(result, preserve_index=False)
    for method in ("to_arrow", "fetch_arrow_table", "to_arrow_table"):
        if hasattr(result, method):
            return _as_table(getattr(result, method)())
    return None


def _verdict(result: Any) -> dict[str, Any]:
    """What an expectation returned: anything that is no truth value is unsupported."""
    if hasattr(result, "as_py"):
        result = result.as_py()
    if isinstance(result, bool) or type(result).__name__ in ("bool_", "bool"):
        return {"holds": bool(result)}
    return {"unsupported": type(result).__name__}


def _failure(error: BaseException, project: str) -> dict[str, Any]:
    """The traceback as the user's code sees it: without this file, with paths in the project."""
    told = traceback.TracebackException.from_exception(error)
    for part in _chain(told):
        frames = [frame for frame in part.stack if not _ours(frame.filename)]
        part.stack[:] = frames
    text = _without(project, "".join(told.format()))
    where = [frame for frame in told.stack if frame.filename.startswith(project + os.sep)]
    last = where[-1] if where else None
    return {
        "error": _without(project, "".join(told.format_exception_only()).strip()),
        "trace": text.rstrip("\n"),
        "file": os.path.relpath(last.filename, project) if last else "",
        "line": (last.lineno or 0) if last else 0,
    }


def _without(project: str, text: str) -> str:
    """A text without this machine's folders: a traceback reads the same everywhere."""
    paths = sysconfig.get_paths()
    for folder in (project, paths["purelib"], paths["platlib"], paths["stdlib"]):
        text = text.replace(folder + os.sep, "")
    return text


def _chain(told: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    yield told
    for other in (told.__cause__, told.__context__):
        if other is not None:
            yield from _chain(other)


def _ours(filename: str) -> bool:
    return filename == HERE or filename.startswith("<frozen importlib")


def _accept_legacy_options() -> None:
    """Let the SDK of 0.3 take the `columns` of a project that was sent by a client of 0.1 or 0.2.

    The platform runs such a project with the SDK it was written for; only one is installed here.
    """
    import bauplan

    for name in ("Model", "model"):
        setattr(bauplan, name, _without_legacy(getattr(bauplan, name)))


def _without_legacy(wrapped: Any) -> Any:
    def call(*args: Any, **options: Any) -> Any:
        try:
            return wrapped(*args, **options)
        except TypeError:
            kept = {key: value for key, value in options.items() if key not in LEGACY_OPTIONS}
            return wrapped(*args, **kept)

    return call
