"""The hook's small stand-ins behave as the modules they stand for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline_guard import lean

HOOKS = Path(__file__).resolve().parents[3] / "hooks"


class Real(NamedTuple):
    """A value as the engine has them."""

    name: str
    number: int = 7
    more: tuple[str, ...] = ()

    @property
    def loud(self) -> str:
        return self.name.upper()


class Lean(lean.NamedTuple):
    """The same, made by the stand-in."""

    name: str
    number: int = 7
    more: tuple[str, ...] = ()

    @property
    def loud(self) -> str:
        return self.name.upper()


CALLS = [
    (("a",), {}),
    (("a", 1, ("x",)), {}),
    ((), {"name": "a", "more": ("x",)}),
    (("a",), {"number": 3}),
]
WRONG = [((), {}), (("a", 1, (), 4), {}), (("a",), {"name": "b"}), (("a",), {"unknown": 1})]


@pytest.mark.parametrize(("values", "named"), CALLS)
def test_a_value_is_the_same_tuple(values: tuple[object, ...], named: dict[str, object]):
    real, small = Real(*values, **named), Lean(*values, **named)
    assert small == real
    assert hash(small) == hash(real)
    assert repr(small) == repr(real).replace("Real", "Lean")
    assert small._asdict() == real._asdict()
    assert small._replace(number=9) == real._replace(number=9)
    assert (small.name, small.number, small.more, small.loud) == (*real, real.loud)
    assert (Lean._fields, Lean.__match_args__) == (Real._fields, Real.__match_args__)


@pytest.mark.parametrize(("values", "named"), WRONG)
def test_a_wrong_call_fails(values: tuple[object, ...], named: dict[str, object]):
    for made in (Real, Lean):
        with pytest.raises(TypeError):
            made(*values, **named)


def test_a_field_cannot_be_set():
    with pytest.raises(AttributeError):
        Lean("a").name = "b"


def run(code: str, state: Path, python: str = sys.executable) -> str:
    """Python without site packages, as the hook runs it."""
    lead = "import sys; sys.path.insert(0, sys.argv[1])\nfrom pipeline_guard import lean, lean_re\n"
    command = [python, "-I", "-S", "-c", lead + code, str(HOOKS)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"XDG_STATE_HOME": str(state)}
    )
    return done.stdout.strip()


def test_whoever_needs_more_of_typing_gets_the_real_module(tmp_path: Path):
    code = (
        "lean.install()\nimport typing\nsmall = typing\n"
        "from typing import NamedTuple, TypeVar\nimport typing\n"
        "print(small is typing, TypeVar('T'), typing.get_type_hints(print))\n"
    )
    assert run(code, tmp_path) == "False ~T {}"


def test_whoever_needs_more_of_collections_gets_the_real_module(tmp_path: Path):
    code = (
        "lean.install()\nimport collections.abc\nsmall = collections\n"
        "print('functools' in sys.modules, small.abc.Mapping.__name__)\n"
        "from collections import deque\nimport collections, functools\n"
        "print(small is collections, collections.abc is small.abc, small.deque is deque)\n"
    )
    assert run(code, tmp_path).split("\n") == ["False Mapping", "False True True"]


def test_a_logger_is_silent_and_the_real_one_is_at_hand(tmp_path: Path):
    code = (
        "lean.install()\nimport logging\nlogging.getLogger('a').error('lost %s', 1)\n"
        "small = logging\nprint(logging.INFO)\nimport logging\nprint(small is logging)\n"
    )
    assert run(code, tmp_path).split("\n") == ["20", "False"]


def test_what_the_sql_parser_asks_at_its_start_is_answered_as_ever(tmp_path: Path):
    """The classes of a module by name, and the nearest word, which loads its module only then."""
    asked = (
        "import inspect, json, sys\nfound = inspect.getmembers(json, inspect.isclass)\n"
        "from difflib import get_close_matches\nlate = 'heapq' in sys.modules\n"
        "print(found, get_close_matches('appel', ['ape', 'apple'], n=1))\n"
    )
    assert run(f"lean.install()\n{asked}", tmp_path) == run(asked, tmp_path)
    lazily = f"lean.install()\n{asked}print(late, inspect.getmembers.__module__)\n"
    assert run(lazily, tmp_path).endswith("False pipeline_guard.lean")


def test_what_needs_a_class_of_integers_does_without_enum(tmp_path: Path):
    code = (
        "def load():\n    import enum\n    return enum.IntEnum('Kind', {'A': 0, 'B': 1})\n"
        "kind = lean.without_enum(load)\n"
        "print(kind.B, kind.__name__, 'enum' in sys.modules)\n"
        "import enum\nprint(lean.without_enum(load).B.name, enum.Enum.__name__)\n"
    )
    assert run(code, tmp_path).split("\n") == ["1 Kind False", "B Enum"]


def test_an_answer_is_found_once_for_each_question():
    asked: list[tuple[str, int]] = []
    find = lean.cache(lambda name, number: asked.append((name, number)) or len(asked))
    assert [find("a", 1), find("a", 1), find("b", 1)] == [1, 1, 2]
    find.cache_clear()
    assert find("a", 1) == 3


PATTERNS = {
    r"(?P<user>\w+)\.(\d+)": ["ada.12", "ada.", "x ada.7 bob.8"],
    r"(?i)KEY|token": ["Key", "TOKEN x token", "none"],
    r"(?<![0-9a-f])[0-9a-f]{4}(?![0-9a-f])": ["abcd", "abcde", "x-12ff-"],
    r"a{2,3}?(?:b|c)*": ["aab", "aaaacbc"],
}


def test_expressions_from_the_cache_match_as_freshly_compiled_ones(tmp_path: Path):
    """The first process compiles and keeps them; the second never loads `re`."""
    code = (
        "lean_re.install()\nimport re, _json\n"
        f"found = {{p: [[m.span() for m in re.compile(p).finditer(t)] for t in texts]\n"
        f"         for p, texts in {PATTERNS!r}.items()}}\n"
        "lean_re.save()\n"
        "print('enum' in sys.modules, [*found.values()])\n"
    )
    expected = [
        [[m.span() for m in re.compile(pattern).finditer(text)] for text in texts]
        for pattern, texts in PATTERNS.items()
    ]
    assert run(code, tmp_path) == f"True {expected}"
    assert run(code, tmp_path) == f"False {expected}"


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_every_supported_interpreter_has_a_cache_of_its_own(tmp_path: Path, version: str):
    python = interpreter(version)
    code = (
        "lean.install()\nlean_re.install()\nimport re, json, collections.abc\n"
        "from typing import NamedTuple\nclass Pair(NamedTuple):\n    one: int\n    two: int = 2\n"
        f"found = [m.span() for m in re.compile({PATTERN!r}).finditer('ada.12 bob.7')]\n"
        "lean_re.save()\nprint(json.dumps([found, Pair(1)]))\n"
    )
    run("lean_re.install()\nimport re\nre.compile('other')\nlean_re.save()\n", tmp_path)
    first, second = run(code, tmp_path, python), run(code, tmp_path, python)
    assert first == second == "[[[0, 6], [7, 12]], [1, 2]]"


PATTERN = r"(?P<user>\w+)\.(\d+)"


def interpreter(version: str) -> str:
    """A Python of this version that runs; one that a shim only promises does not."""
    for name in (f"python{version}", *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")):
        found = shutil.which(name)
        asked = "import sys; print('%d.%d' % sys.version_info[:2])"
        if found:
            told = subprocess.run([found, "-c", asked], capture_output=True, text=True, check=False)
            if told.stdout.strip() == version:
                return found
    pytest.skip(f"Python {version} is not on this machine")


def test_a_cache_that_was_cut_off_is_made_again(tmp_path: Path):
    used = "import re\nprint(bool(re.compile('ab+').match('abb')))\n"
    code = f"lean_re.install()\n{used}lean_re.save()\n"
    run(code, tmp_path)
    cache = next(tmp_path.rglob("patterns-*"))
    cache.write_bytes(cache.read_bytes()[:5])
    assert run(code, tmp_path) == "True"
    assert len(cache.read_bytes()) > 5


def test_the_real_module_stays_at_hand(tmp_path: Path):
    code = (
        "lean_re.install()\nimport re, json\n"
        "print(json.dumps([re.sub('a(b)', r'\\1c', 'ab'), re.escape('.'), bool(re.I & re.I)]))\n"
    )
    assert json.loads(run(code, tmp_path)) == ["bc", "\\.", True]
