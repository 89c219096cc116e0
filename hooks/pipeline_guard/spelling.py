"""The names on disk, where a file system does not tell upper from lower case."""

from __future__ import annotations

import os
from collections.abc import Iterable


def as_stored(path: str) -> str:
    """`path` with the spelling on disk; itself where the file system tells cases apart."""
    return respelled(path) if _folds_case(path) else path


def respelled(path: str) -> str:
    """`path` with each name as its folder lists it, in whatever case it was written."""
    spelled = "/"
    for part in path.strip("/").split("/"):
        spelled = os.path.join(spelled, stored(part, _names(spelled)))
    return spelled


def stored(name: str, names: Iterable[str]) -> str:
    """The one of `names` that a folding file system takes `name` for; itself where none is."""
    listed = list(names)
    if name in listed:
        return name
    folded = _fold(name)
    return next((other for other in listed if _fold(other) == folded), name)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _folds_case(path: str) -> bool:
    """Whether the deepest existing part of `path` also answers to its name in the other case."""
    while len(path) > 1:
        folder, _, name = path.rpartition("/")
        try:
            here = os.lstat(path)
        except (OSError, ValueError):
            path = folder
            continue
        swapped = name.swapcase()
        return swapped != name and _is_same(here, f"{folder}/{swapped}")
    return False


def _is_same(here: os.stat_result, path: str) -> bool:
    try:
        there = os.lstat(path)
    except (OSError, ValueError):
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _fold(name: str) -> str:
    if name.isascii():
        return name.lower()
    import unicodedata

    return unicodedata.normalize("NFC", name).casefold()
