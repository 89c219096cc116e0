"""Where a path really ends: `~`, `..`, symlinks, `/proc` and names that fold case.

Rules compare folders by these answers, so two spellings of one file must give one path.
"""

from __future__ import annotations

import os
import re

from pipeline_guard.spelling import as_stored

_OWN_FOLDER = re.compile(
    r"(?:[^/]+/\.\./)*proc/(?:[^/]+/\.\./)*(?:self|thread-self)/(?:task/\d+/)?cwd(?=/|$)"
)
# A file that the judged program has open; the guard's own files of that number are others.
_OPEN_FILE = re.compile(r"/+dev/+fd/|/+proc/+(?:self|thread-self)/+fd/")
# Reading or writing these touches no file: they are the streams the program has anyway; 63 is
# what a process substitution gives.
_NO_FILES = frozenset(
    "/dev/null /dev/zero /dev/stdin /dev/stdout /dev/stderr /dev/fd/0 /dev/fd/1 /dev/fd/2 "
    "/dev/fd/63".split()
)


def real(path: str, cwd: str) -> str:
    """The absolute path the system would open for `path` in the folder `cwd`.

    The existing part has its symlinks resolved before `..` is applied, as the kernel does it; a
    part that does not exist yet keeps its name. On a file system that folds case the names are
    those stored on disk.
    """
    return opened(os.path.expanduser(path), cwd)


def opened(path: str, cwd: str) -> str:
    """As `real`, for a path whose `~` is a plain character: the shell has expanded it before."""
    absolute = _own_process(os.path.join(cwd, path), cwd)
    if _OPEN_FILE.match(absolute):
        return os.path.normpath(absolute)
    return as_stored(os.path.realpath(absolute))


def is_no_file(path: str, cwd: str) -> bool:
    """Whether `path` is the null device or a standard stream (`/dev/null`, `/dev/stderr`)."""
    absolute = os.path.normpath(os.path.join(cwd, path))
    return absolute in _NO_FILES or opened(path, cwd) in ("/dev/null", "/dev/zero")


def _own_process(path: str, cwd: str) -> str:
    """`/proc/self/cwd` means the folder of the judged program, not that of the guard."""
    if "/proc/" not in path:
        return path
    parts = [part for part in path.split("/") if part not in ("", ".")]
    found = _OWN_FOLDER.match("/".join(parts))
    return os.path.join(cwd, "/".join(parts)[found.end() :].lstrip("/")) if found else path
