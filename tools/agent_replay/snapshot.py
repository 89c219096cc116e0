"""Comes back to a moment of a stage: lakehouse, repository, home and the guard's memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from self_heal.stage import Stage

_LEFT_ALONE = "lakehouse"


@contextmanager
def undone(stage: Stage) -> Iterator[None]:
    """Whatever happens meanwhile on the stage has not happened afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        state = stage.lakehouse.snapshot()
        _copy(stage.folder, Path(folder) / "kept")
        try:
            yield
        finally:
            stage.lakehouse.restore(state)
            _put_back(Path(folder) / "kept", stage.folder)


def _copy(source: Path, target: Path) -> None:
    ignored = shutil.ignore_patterns(_LEFT_ALONE)
    shutil.copytree(source, target, symlinks=True, ignore=ignored)


def _put_back(kept: Path, folder: Path) -> None:
    """Times are kept too: the guard remembers a report by its time and size."""
    for path in folder.iterdir():
        if path.name == _LEFT_ALONE:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)
