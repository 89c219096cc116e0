"""A stand-in for `re`, for the hook process only: it keeps compiled expressions on disk.

Loading `re` and compiling the engine's expressions takes as long as starting the interpreter. An
expression that was compiled once by the real `re` is made again from its code, which the cache
holds for exactly this interpreter. Whatever is not in the cache, and every other function, goes
to the real module.
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]
import marshal
import os
import sys

from pipeline_guard import home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FLAGS = {"IGNORECASE": 2, "MULTILINE": 8, "DOTALL": 16, "VERBOSE": 64, "ASCII": 256}
_SHORT = {"I": 2, "M": 8, "S": 16, "X": 64, "A": 256}
_known: dict[Any, Any] = {}
_learned: dict[Any, Any] = {}
_loaded: list[Any] = []


def install() -> None:
    """Put the stand-in where `import re` finds it, before any other module does."""
    if "re" in sys.modules:
        return
    try:
        with open(_cache(), "rb") as file:
            _known.update(marshal.load(file))
    except (OSError, ValueError, EOFError, TypeError):
        _known.clear()  # not made yet, or cut off: it is made again
    module = type(sys)("re", __doc__)
    module.__dict__.update({"compile": _compile, "__getattr__": _real, **_FLAGS, **_SHORT})
    sys.modules["re"] = module


def save() -> None:
    """Keep what had to be compiled; the next process starts quicker."""
    if _learned:
        target = _cache()
        temporary = os.path.join(home.folder("tmp"), f"patterns.{os.getpid()}")
        with open(temporary, "wb") as file:
            marshal.dump({**_known, **_learned}, file)
        os.replace(temporary, target)


def _cache() -> str:
    build = f"{sys.implementation.cache_tag}-{sys.hexversion:x}-{_sre.MAGIC}"
    return os.path.join(home.folder("cache"), f"patterns-{build}.bin")


def _compile(pattern: Any, flags: int = 0) -> Any:
    key = (pattern, int(flags))
    known = _known.get(key)
    if known is not None and type(known[0]) is type(pattern):
        return _sre.compile(*known)
    _learned[key] = _parts(pattern, int(flags))
    return _real("compile")(pattern, flags)


def _parts(pattern: Any, flags: int) -> tuple[Any, ...]:
    """The arguments that `re` itself gives to its C part."""
    parsed = _real("_parser").parse(pattern, flags)
    code = _real("_compiler")._code(parsed, flags)
    state = parsed.state
    names: list[str | None] = [None] * state.groups
    for name, number in state.groupdict.items():
        names[number] = name
    all_flags = int(flags | state.flags)
    numbers = [int(word) for word in code]
    return (pattern, all_flags, numbers, state.groups - 1, dict(state.groupdict), tuple(names))


def _real(name: str) -> Any:
    """An attribute of the real `re`, which is loaded beside the stand-in."""
    if name.startswith("__"):
        raise AttributeError(name)
    if not _loaded:
        stand_in = sys.modules.pop("re")
        _loaded.append(__import__("re"))
        sys.modules["re"] = stand_in
    return getattr(_loaded[0], name)
