"""Programs that are no reads: always named as such, with the paths they write where that is plain.

Each of these is denied for not being a tool of the skill; the paths let a rule say more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline_guard.effects import DeletePath, Effect, RunProgram, Unknown, WritePath
from pipeline_guard.paths import is_no_file, opened
from pipeline_guard.programs.unsure import Unsure


def effects(name: str, argv: Sequence[str], cwd: str) -> list[Effect]:
    """The program itself, and what it is known to write or delete."""
    found: list[Effect] = [RunProgram(tuple(str(word) for word in argv), cwd, reads_only=False)]
    writes = _WRITERS.get(name)
    if writes:
        for path, is_deleted in writes(list(argv[1:])):
            found += _effect(path, is_deleted, name, cwd)
    return found


def _effect(path: str, is_deleted: bool, tool: str, cwd: str) -> list[Effect]:
    if isinstance(path, Unsure):
        return [Unknown(path[:120], "the file it changes is not known before it runs")]
    if is_no_file(path, cwd):
        return []
    place = opened(path, cwd)
    return [DeletePath(place) if is_deleted else WritePath(place, tool)]


Paths = list[tuple[str, bool]]


def _operands(words: list[str]) -> list[str]:
    return [word for word in words if isinstance(word, Unsure) or not word.startswith("-")]


def _all(words: list[str]) -> Paths:
    return [(word, False) for word in _operands(words)]


def _all_deleted(words: list[str]) -> Paths:
    return [(word, True) for word in _operands(words)]


def _last(words: list[str]) -> Paths:
    for index, word in enumerate(words):
        if word in ("-t", "--target-directory") and index + 1 < len(words):
            return [(words[index + 1], False)]
        if word.startswith("--target-directory="):
            return [(word.partition("=")[2], False)]
    return [(word, False) for word in _operands(words)[-1:]]


def _moved(words: list[str]) -> Paths:
    return [*((word, True) for word in _operands(words)[:-1]), *_last(words)]


def _of(words: list[str]) -> Paths:
    return [(word[3:], False) for word in words if word.startswith("of=")]


def _in_place(words: list[str]) -> Paths:
    changes = any(word.startswith(("-i", "--in-place")) for word in words)
    return _all(words)[1:] if changes else []


def _after(*names: str) -> Callable[[list[str]], Paths]:
    """The value of one of these options; the current folder where none is given."""

    def paths(words: list[str]) -> Paths:
        for index, word in enumerate(words):
            if word in names and index + 1 < len(words):
                return [(words[index + 1], False)]
            for name in names:
                if word.startswith(name + "="):
                    return [(word[len(name) + 1 :], False)]
        return [(".", False)]

    return paths


_WRITERS: dict[str, Callable[[list[str]], Paths]] = {
    **dict.fromkeys(("touch", "truncate", "mkfifo", "chmod", "chown"), _all),
    **dict.fromkeys(("rm", "rmdir", "unlink", "shred"), _all_deleted),
    **dict.fromkeys(("cp", "ln", "install", "rsync", "link", "scp"), _last),
    "mv": _moved,
    "dd": _of,
    "sed": _in_place,
    "tar": _after("-C", "--directory"),
    "unzip": _after("-d"),
    "curl": _after("-o", "--output"),
    "wget": _after("-O", "--output-document"),
    "patch": _after("-o", "--output"),
    "split": _after("--additional-suffix"),
}

# Programs that a function must not be named after, beside those of the other tables.
KNOWN = frozenset(
    (
        *_WRITERS,
        *"env exec command builtin nohup time nice ionice stdbuf setsid timeout busybox sudo doas "
        "xargs uv uvx find bash sh zsh dash ksh ash python python3 perl ruby node awk".split(),
    )
)
