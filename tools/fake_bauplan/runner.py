"""Python models in their own processes, started ahead so that a run does not wait for imports."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

CHILD = Path(__file__).with_name("runner_child.py")
RUNNING_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
VERSION = re.compile(r"(\d+\.\d+)(\.\d+)?")
PROBE = "import bauplan, pyarrow"
LineSink = Callable[[str, str], None]


class Work(NamedTuple):
    """One call: which function on which tables (Arrow files by parameter), and where results go."""

    project: str
    module: str
    function: str
    inputs: Mapping[str, str]
    arguments: Mapping[str, object]
    packages: Sequence[str]
    output: str
    report: str
    expectation: bool = False
    legacy: bool = False


class Report(NamedTuple):
    """What came of it; exactly one of the parts says so.

    `rows` of a model's result, `holds` of an expectation, `unsupported` type that was returned,
    `missing` packages, or an `error` with its `trace` and the last place in the project.
    """

    rows: int | None = None
    holds: bool | None = None
    unsupported: str = ""
    missing: Sequence[str] = ()
    error: str = ""
    trace: str = ""
    file: str = ""
    line: int = 0


class NoInterpreter(Exception):
    """A declared Python version that cannot run models on this machine."""


@cache
def interpreter(version: str) -> str:
    """The program for a declared version (`3.11`; empty means any); raises NoInterpreter."""
    found = VERSION.fullmatch(version) if version else None
    if version and not found:
        raise NoInterpreter(f"'{version}' is not a Python version such as '{RUNNING_VERSION}'")
    wanted = found.group(1) if found else RUNNING_VERSION
    if wanted == RUNNING_VERSION:
        return sys.executable
    program = shutil.which(f"python{wanted}")
    if program is None or not _can_run_models(program):
        raise NoInterpreter(
            f"Python {wanted} is not available on this lakehouse: it runs models with "
            f"{RUNNING_VERSION}, and a python{wanted} with bauplan and pyarrow was not found"
        )
    return program


def _can_run_models(program: str) -> bool:
    probe = subprocess.run([program, "-c", PROBE], capture_output=True, check=False)
    return probe.returncode == 0


class Process:
    """An interpreter that has loaded its imports and waits for one piece of work."""

    def __init__(self, program: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [program, "-u", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )

    def run(self, work: Work, sink: LineSink) -> Report:
        """Do the work; `sink` gets each line that is printed, with STDOUT or STDERR."""
        readers = [
            _reader(self._process.stdout, "STDOUT", sink),
            _reader(self._process.stderr, "STDERR", sink),
        ]
        self._send(work)
        code = self._process.wait()
        for reader in readers:
            reader.join()
        self._close()
        return _read_report(work.report, code)

    def _send(self, work: Work) -> None:
        stream = self._process.stdin
        if stream is not None:
            # Where it died before it got the work, the missing report says so.
            with contextlib.suppress(BrokenPipeError):
                stream.write(json.dumps(work._asdict()).encode() + b"\n")
                stream.flush()

    def kill(self) -> None:
        """End the process and all that it started; harmless when it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._close()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None and not stream.closed:
                stream.close()


def _environment(folder: Path) -> dict[str, str]:
    """What user code sees: no secrets of the person who runs the lakehouse."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TZ") if key in os.environ}
    return {**kept, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}


def _reader(stream: IO[bytes] | None, name: str, sink: LineSink) -> threading.Thread:
    def pump() -> None:
        for line in stream or ():
            sink(name, line.decode("utf-8", "replace").rstrip("\n"))

    thread = threading.Thread(target=pump, daemon=True)
    thread.start()
    return thread


def _read_report(path: str, code: int) -> Report:
    try:
        found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return Report(error=f"the process of the model ended with {how}")
    return Report(**found)
