"""Comes back to a moment of a stage: lakehouse, repository, home and the guard's memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from self_heal.stage import Stage

_LEFT_ALONE = "lakehouse"


class Moment:
    """How a stage was at one moment; it can be come back to as often as one likes."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._files = folder
        self._state = stage.lakehouse.snapshot()
        ignored = shutil.ignore_patterns(_LEFT_ALONE)
        shutil.copytree(stage.folder, folder, symlinks=True, ignore=ignored, dirs_exist_ok=True)

    def restore(self) -> None:
        """Whatever happened since has not happened.

        Times of files are kept too: the guard remembers a report by its time and size.
        """
        self._stage.lakehouse.restore(self._state)
        for path in self._stage.folder.iterdir():
            if path.name != _LEFT_ALONE:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self._files, self._stage.folder, symlinks=True, dirs_exist_ok=True)


@contextmanager
def kept(stage: Stage) -> Iterator[Moment]:
    """This moment of a stage, for as long as the caller may want to come back to it."""
    with tempfile.TemporaryDirectory(prefix="moment-") as folder:
        yield Moment(stage, Path(folder))


@contextmanager
def undone(stage: Stage) -> Iterator[None]:
    """Whatever happens meanwhile on the stage has not happened afterwards."""
    with kept(stage) as moment:
        try:
            yield
        finally:
            moment.restore()
