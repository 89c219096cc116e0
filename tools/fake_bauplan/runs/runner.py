"""Python models in their own processes, forked from one that has done their imports."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

HOST = Path(__file__).with_name("runner_host.py")
# Arrow's allocator and numpy's BLAS start threads when they load, which a fork would lose.
QUIET = {"JE_ARROW_MALLOC_CONF": "background_thread:false", "OPENBLAS_NUM_THREADS": "1"}
NAMES = ("STDIN", "STDOUT", "STDERR")
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
    environment: Mapping[str, str]
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
    """A process that was forked for one piece of work and waits for it."""

    def __init__(self, connection: socket.socket, streams: Sequence[int]) -> None:
        self._connection = connection
        self._input = os.fdopen(streams[0], "wb")
        self._outputs = {name: os.fdopen(streams[n], "rb") for n, name in enumerate(NAMES) if n}

    def run(self, work: Work, sink: LineSink) -> Report:
        """Do the work; `sink` gets each line that is printed, with STDOUT or STDERR."""
        readers = [_reader(stream, name, sink) for name, stream in self._outputs.items()]
        # Where it died before it got the work, the missing report says so.
        with contextlib.suppress(BrokenPipeError), self._input:
            self._input.write(json.dumps(work._asdict()).encode())
        ended = b"".join(iter(lambda: self._connection.recv(64), b""))
        for reader in readers:
            reader.join()
        return _read_report(work.report, ended.decode())

    def kill(self) -> None:
        """End the process and all that it started; harmless when it has ended."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Let go of a process that has ended."""
        self._connection.close()
        for stream in (self._input, *self._outputs.values()):
            stream.close()


class Host:
    """The process that forks for one interpreter, see `runner_host.py`."""

    def __init__(self, program: str) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [program, "-u", str(HOST)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd="/",
                env={**environment(Path("/")), **QUIET},
                start_new_session=True,
            )

    def alive(self) -> bool:
        """Whether it can fork."""
        return self._process.poll() is None

    def fork(self) -> Process:
        """A new process, with all imports done."""
        connection, theirs = socket.socketpair()
        readers, writers = zip(*(os.pipe() for _ in NAMES), strict=True)
        given = (readers[0], *writers[1:])
        with theirs:
            socket.send_fds(self._control, [b"f"], [theirs.fileno(), *given])
        for handle in given:
            os.close(handle)
        return Process(connection, (writers[0], *readers[1:]))

    def close(self) -> None:
        """End it, and every process that it forked."""
        self._control.close()
        self._process.wait()


class _Hosts:
    """The hosts of this process, one for each interpreter: all its lakehouses share them."""

    def __init__(self) -> None:
        self._hosts: dict[str, Host] = {}
        self._lock = threading.Lock()
        atexit.register(self.close)

    def start(self, program: str = sys.executable) -> Host:
        """The host of an interpreter, started when it is not there; it loads its imports."""
        with self._lock:
            host = self._hosts.get(program)
            if host is not None and not host.alive():
                host.close()
                host = None
            self._hosts[program] = host = host or Host(program)
            return host

    def close(self) -> None:
        """End them all."""
        with self._lock:
            while self._hosts:
                self._hosts.popitem()[1].close()


HOSTS = _Hosts()


def environment(folder: Path) -> dict[str, str]:
    """What user code sees: no secrets of the person who runs the lakehouse.

    One thread in Arrow's pool (OMP_NUM_THREADS) keeps the order of rows of a `group_by` the same.
    """
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TZ") if key in os.environ}
    fixed = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
    return {**kept, "HOME": str(folder), **fixed}


def _reader(stream: IO[bytes], name: str, sink: LineSink) -> threading.Thread:
    def pump() -> None:
        for line in stream:
            sink(name, line.decode("utf-8", "replace").rstrip("\n"))

    thread = threading.Thread(target=pump, daemon=True)
    thread.start()
    return thread


def _read_report(path: str, ended: str) -> Report:
    """What the process wrote; where it could not, how it `ended`: the code, "" when unknown."""
    try:
        found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        how = f"signal {ended[1:]}" if ended.startswith("-") else f"exit code {ended or 'unknown'}"
        return Report(error=f"the process of the model ended with {how}")
    return Report(**found)
