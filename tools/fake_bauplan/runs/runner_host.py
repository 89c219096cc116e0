"""The process that forks one process for each Python model, so that imports are paid once.

Started as a file, by the interpreter that models declare. Standard input is a socket to the
lakehouse: each message on it carries a connection, which reports how the process ended and kills it
when it is hung up, and the three standard streams of the new process. There is a single thread
whenever it forks: the libraries that start threads are told not to (`runner.QUIET`).
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import importlib.util
import os
import select
import signal
import socket
import sys
import threading
from typing import Any

CHILD = "runner_child.py"
HANDLES = 4
PRELOADED = ("pyarrow", "pyarrow.compute", "bauplan", "pandas")


class Host:
    """Forks on request; a model whose connection is hung up is killed, and all that it started."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._models: dict[socket.socket, int] = {}
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._woken, False)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> bool:
        """Fork until the lakehouse is gone: then False. True in a new process."""
        while True:
            watched: list[Any] = [self._control, self._wake, *self._models]
            ready, _, _ = select.select(watched, [], [])
            if self._wake in ready:
                os.read(self._wake, 1024)
            for connection in set(self._models).intersection(ready):
                _kill(self._models[connection])
            self._report_ended()
            if self._control in ready:
                message, handles, _, _ = socket.recv_fds(self._control, 1, HANDLES)
                if not message:
                    self._kill_all()
                    return False
                if self._fork(socket.socket(fileno=handles[0]), handles[1:]):
                    return True

    def _fork(self, connection: socket.socket, streams: list[int]) -> bool:
        """Whether this is the new process."""
        process = os.fork()
        self._models[connection] = process
        if process == 0:
            self._leave(streams)
            return True
        for handle in streams:
            os.close(handle)
        return False

    def _leave(self, streams: list[int]) -> None:
        """Keep nothing of the host in a new process: a group, streams and signals of its own."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._control.detach()
        for number, handle in enumerate(streams):
            os.dup2(handle, number)
            os.close(handle)
        for handle in (self._wake, self._woken):
            os.close(handle)
        for connection in self._models:
            connection.close()

    def _report_ended(self) -> None:
        for connection, process in list(self._models.items()):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                _kill(process)  # what it left running
                del self._models[connection]
                with contextlib.suppress(OSError), connection:
                    connection.sendall(b"%d" % os.waitstatus_to_exitcode(status))

    def _kill_all(self) -> None:
        for process in self._models.values():
            _kill(process)


def _kill(process: int) -> None:
    """End a process, which may not have its group yet, and its group."""
    for kill in (os.kill, os.killpg):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(process, signal.SIGKILL)


def main() -> None:
    """Load what models need, then fork; a new process does its work and ends."""
    spec: Any = importlib.util.spec_from_file_location("_child", os.path.join(sys.path[0], CHILD))  # noqa: PTH118
    child = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(child)
    sys.path.pop(0)  # this file's own folder, put there by the interpreter
    for name in PRELOADED:
        with contextlib.suppress(ImportError):  # the project's own import says so, with its line
            importlib.import_module(name)
    gc.freeze()  # what is loaded stays shared with the processes
    if Host(socket.socket(fileno=0)).serve():
        child.work()
        _end()


def _end() -> None:
    """End as an interpreter does, but do not take apart what was loaded: it costs 0.2 s."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
