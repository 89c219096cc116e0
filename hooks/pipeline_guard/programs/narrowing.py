"""Whether a search is narrowed to files of names that no secret has: `*.py`, `*.sql`, `*.md`.

A search of a whole folder is refused where credentials lie in it. One that its own options keep to
code is not: it never opens them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline_guard.programs.unsure import Unsure

_HARMLESS = re.compile(
    r"(?:[\w*?-][\w*?./-]*)?"
    r"(?:\.(?:py|sql|md)|\.\{(?:py|sql|md)(?:,(?:py|sql|md))*\}|bauplan_project\.y\*?a?ml)",
    re.ASCII,
)
_TYPES = frozenset(("py", "python", "sql", "md", "markdown"))


def is_harmless(pattern: object) -> bool:
    """Whether a glob takes only names with one of these endings."""
    known = isinstance(pattern, str) and not isinstance(pattern, Unsure)
    return known and _HARMLESS.fullmatch(str(pattern)) is not None


def is_harmless_type(name: object) -> bool:
    """Whether a file type of ripgrep has only such names."""
    return isinstance(name, str) and name in _TYPES


def by_options(name: str, given: Sequence[tuple[str, str]]) -> bool:
    """Whether grep's `--include`, or ripgrep's `-g` or `-t`, keep a search to harmless files.

    `given` are the options that the program was really given, with their values.
    """
    if name == "grep":
        included = [value for option, value in given if option == "--include"]
        return bool(included) and all(map(is_harmless, included))
    globs = [value for option, value in given if option in ("-g", "--glob")]
    chosen = [glob for glob in globs if not glob.startswith("!")]
    types = [value for option, value in given if option in ("-t", "--type")]
    if any(option == "--iglob" for option, _ in given):
        return False
    by_glob = bool(chosen) and all(map(is_harmless, chosen))
    return by_glob or (bool(types) and all(map(is_harmless_type, types)))


def by_tests(words: Sequence[str], valued: frozenset[str]) -> bool:
    """Whether the tests of a `find`, all of which must hold, include such a `-name`."""
    rest, found = list(words), False
    while rest:
        word = rest.pop(0)
        if word in ("!", "-not") and rest[:1] in (["-path"], ["-name"], ["-wholename"]):
            del rest[:2]
        elif word == "(" and ")" in rest:
            end = rest.index(")")
            found = _one_of(rest[:end]) or found
            del rest[: end + 1]
        elif word in ("-o", "-or", ",", "!", "-not", "(", ")"):
            return False
        elif word in ("-name", "-iname"):
            found = is_harmless(rest.pop(0) if rest else "") or found
        elif word in valued:
            del rest[:1]
    return found


def _one_of(group: Sequence[str]) -> bool:
    """`-name A -o -name B`, all of them harmless."""
    tests, values, ors = group[0::3], group[1::3], group[2::3]
    plain = {*tests} <= {"-name", "-iname"} and {*ors} <= {"-o", "-or"}
    return plain and len(tests) == len(values) > len(ors) and all(map(is_harmless, values))
