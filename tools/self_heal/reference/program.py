"""Runs a `bauplan` program where it can do nothing but parse its arguments.

Each call gets no home that could be written, no account, a working folder that is thrown away,
and an endpoint on loopback that is bound but does not listen. clap rejects a command line
before the program does anything, with exit code 2; every later failure has another exit code.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from self_heal.errors import MissingProgram

REJECTED = 2
_TIMEOUT = 30


class Answer(NamedTuple):
    """What one run of the program gave back."""

    code: int
    out: str
    error: str

    @property
    def rejected(self) -> bool:
        """Whether the parser refused the command line."""
        return self.code == REJECTED


class Program:
    """An installed `bauplan` program; use it as a context manager. Safe to use from threads."""

    def __init__(self, path: str) -> None:
        self.path = str(Path(path).absolute())
        if not Path(self.path).is_file():
            raise MissingProgram(
                f"{path} is not a bauplan program: install one (pip install bauplan)"
                " or name it with --program."
            )

    def __enter__(self) -> Program:
        self._folder = tempfile.TemporaryDirectory(prefix="bauplan-reference-")
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._environment = {
            "HOME": os.devnull,
            "BAUPLAN_API_ENDPOINT": f"http://127.0.0.1:{self._socket.getsockname()[1]}",
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._folder.cleanup()

    def run(self, argv: Sequence[str]) -> Answer:
        """Run it with these arguments; fails with `MissingProgram` when it cannot be run."""
        try:
            done = subprocess.run(
                [self.path, *argv],
                cwd=self._folder.name,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MissingProgram(
                f"{self.path} could not be run ({error}): install bauplan again."
            ) from error
        return Answer(done.returncode, done.stdout, done.stderr)

    def accepts(self, argv: Sequence[str]) -> bool:
        """Whether the parser takes this command line."""
        return not self.run(argv).rejected

    def version(self) -> str:
        """The version it says it is, as `0.3.5`."""
        words = self.run(["--version"]).out.split()
        if len(words) < 2 or words[0] != "bauplan":
            raise MissingProgram(f"{self.path} does not say that it is bauplan: install it again.")
        return words[1]
