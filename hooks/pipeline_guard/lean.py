"""Small stand-ins, for the hook process only: it starts on every call of the agent.

Loading `typing` takes as long as starting the interpreter. The engine needs little of it when it
runs: annotations are never evaluated, and what is left is `NamedTuple`. And the SQL parser loads
the packages' metadata (with e-mail and sockets) to look for plugins that nobody has, a logger, a
comparison of queries, `inspect` for one function, and `difflib` for its own suggestions. Whoever
asks for anything else gets the real module, which then takes the stand-in's place.
"""

from __future__ import annotations

import _collections_abc
import sys
from _collections import _tuplegetter  # type: ignore[import-not-found]  # as namedtuple does

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_NAMES = ("Any", "NoReturn", "Final", "TypeAlias", "Self")


def install() -> None:
    """Put the stand-ins where `import` finds them, before any other module does."""
    if "typing" not in sys.modules and sys.version_info < (3, 14):
        # From 3.14 on it loads quickly, and annotations are kept elsewhere.
        names: dict[str, Any] = dict.fromkeys(_NAMES, object)
        cast = {"cast": lambda _, value: value, "TYPE_CHECKING": False}
        _stand_in("typing", {**names, **cast, "NamedTuple": NamedTuple, "Protocol": object})
    if "collections" not in sys.modules:
        sys.modules["collections.abc"] = _collections_abc  # as `collections` itself does
        _stand_in("collections", {"abc": _collections_abc, "__path__": []})
    if "importlib.metadata" not in sys.modules:
        _stand_in("importlib.metadata", {"entry_points": lambda **_: ()})
    if "logging" not in sys.modules:
        _stand_in("logging", {"getLogger": lambda *_: _Silent(), "CRITICAL": 50})
        _stand_in("sqlglot.diff", {"diff": None})
    if "inspect" not in sys.modules:
        _stand_in("inspect", {"getmembers": _members, "isclass": lambda it: isinstance(it, type)})
    if "difflib" not in sys.modules:
        _stand_in("difflib", {"get_close_matches": _near})


def cache(find: Callable[..., Any]) -> Any:
    """As `functools.cache`, whose module costs 5 ms with what it needs."""
    known: dict[tuple[Any, ...], Any] = {}

    def remembered(*key: Any) -> Any:
        if key not in known:
            known[key] = find(*key)
        return known[key]

    remembered.__dict__["cache_clear"] = known.clear
    return remembered


def without_enum(load: Callable[[], Any]) -> Any:
    """What `load` gives, which needs no more of `enum` than a class of integers: it costs 5 ms."""
    if "enum" in sys.modules:
        return load()
    module = type(sys)("enum", __doc__)
    module.__dict__["IntEnum"] = lambda name, members: type(name, (int,), dict(members))
    sys.modules["enum"] = module
    try:
        return load()
    finally:
        del sys.modules["enum"]


def _near(*given: Any, **named: Any) -> Any:
    """`difflib.get_close_matches`, whose module is loaded by its first call."""
    find: Any = _real("difflib", "get_close_matches")
    return find(*given, **named)


def _members(module: Any, wanted: Callable[[Any], bool]) -> list[tuple[str, Any]]:
    """As `inspect.getmembers` does for a module."""
    return sorted((item for item in vars(module).items() if wanted(item[1])), key=lambda it: it[0])


def _stand_in(name: str, contents: dict[str, Any]) -> None:
    module = type(sys)(name, __doc__)
    module.__dict__.update(contents)
    module.__dict__["__getattr__"] = lambda attribute: _real(name, attribute)
    sys.modules[name] = module


def _real(name: str, attribute: str) -> object:
    """An attribute of the real module."""
    if attribute.startswith("__"):
        raise AttributeError(attribute)
    if sys.modules[name].__doc__ == __doc__:
        del sys.modules[name]
    module = __import__(name, fromlist=[attribute])
    if name == "collections":
        module.__dict__["abc"] = (
            _collections_abc  # set when that part is loaded, which was done above
        )
    return getattr(module, attribute)


class _Silent:
    """A logger that nobody listens to."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


class _Maker(type):
    """Makes a tuple class with named fields from a class statement."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        if not bases:
            return super().__new__(mcs, name, bases, body)
        fields = tuple(body.get("__annotations__", ()))
        defaults = {field: body.pop(field) for field in fields if field in body}
        body |= {"__slots__": (), "_fields": fields, "_field_defaults": defaults}
        body |= {"__match_args__": fields, "__new__": _constructor(fields, defaults)}
        body |= {"_replace": _replace, "_asdict": _asdict, "__repr__": _repr}
        body |= {field: _tuplegetter(place, "") for place, field in enumerate(fields)}
        return type.__new__(type, name, (tuple,), body)


class NamedTuple(metaclass=_Maker):
    """The base that class statements name; no class really derives from it."""


def _constructor(fields: tuple[str, ...], defaults: dict[str, Any]) -> Callable[..., Any]:
    count, make = len(fields), tuple.__new__

    def construct(cls: type, *values: Any, **named: Any) -> Any:
        if len(values) == count and not named:
            return make(cls, values)
        given = dict(zip(fields, values, strict=False))
        merged = {**defaults, **given, **named}
        if len(values) > count or set(merged) != set(fields) or given.keys() & named.keys():
            raise TypeError(f"{cls.__name__} takes the fields {', '.join(fields)}")
        return make(cls, [merged[field] for field in fields])

    return construct


def _replace(self: Any, /, **named: Any) -> Any:
    return type(self)(**{**_asdict(self), **named})


def _asdict(self: Any) -> dict[str, Any]:
    return dict(zip(self._fields, self, strict=True))


def _repr(self: Any) -> str:
    fields = ", ".join(f"{name}={value!r}" for name, value in _asdict(self).items())
    return f"{type(self).__name__}({fields})"
