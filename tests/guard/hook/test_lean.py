"""The hook's small stand-ins behave as the modules they stand for."""

from __future__ import annotations

import json
import re
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


def run(code: str, state: Path) -> str:
    """Python without site packages, as the hook runs it."""
    lead = "import sys; sys.path.insert(0, sys.argv[1])\nfrom pipeline_guard import lean, lean_re\n"
    command = [sys.executable, "-I", "-S", "-c", lead + code, str(HOOKS)]
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
