"""What bash really runs and writes is among the effects that the guard saw."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from pipeline_guard import effects as e
from pipeline_guard.programs import argv as programs
from pipeline_guard.shell import effects_of_command
from tests.guard.command_lines import PROGRAMS, REAL_WRAPPERS, lines, spoiled_lines

_STUB = """#!/bin/sh
printf '%s\\0' "$PWD" "${0##*/}" "$@" > "${0%/*/*}/log/$$"
case " $FAILING " in *" ${0##*/} "*) exit 1;; esac
"""
_SETTINGS = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class Ran(NamedTuple):
    """One program that bash started: its folder and argv."""

    cwd: str
    argv: tuple[str, ...]


class Sandbox:
    """A throw-away folder in which every program is a stub that logs its argv."""

    def __init__(self, root: Path) -> None:
        self.root, self.bin, self.log = root, root / "bin", root / "log"
        self.home, self.work = root / "home", root / "w" / "x" / "y"
        for folder in (self.bin, self.log, self.home, self.work):
            folder.mkdir(parents=True)
        for name in PROGRAMS:
            (self.bin / name).write_text(_STUB)
            (self.bin / name).chmod(0o755)
        for name in REAL_WRAPPERS:
            (self.bin / name).symlink_to(next(Path(d, name) for d in ("/usr/bin", "/bin")))

    def fill(self) -> None:
        """The files every line starts with."""
        for folder in (self.root / "w", self.log):
            shutil.rmtree(folder)
        (self.work / "d" / "e").mkdir(parents=True)
        self.log.mkdir()
        for name in ("a", "b.txt", "c.txt", "n.md", "d/one"):
            (self.work / name).write_text("old\n")

    def run(self, line: str, failing: tuple[str, ...]) -> bool:
        """Run a line under the real bash; False where it did not end in time."""
        environment = {
            "PATH": str(self.bin),
            "HOME": str(self.home),
            "FAILING": " ".join(failing),
            "LC_ALL": "C.UTF-8",
        }
        reading, writing = os.pipe()
        process = subprocess.Popen(
            ["/bin/bash", "--norc", "--noprofile", "-c", line],
            cwd=self.work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(writing,),
            start_new_session=True,
        )
        os.close(writing)
        # The pipe ends when the last background process that inherited it is gone.
        ended = bool(select.select([reading], [], [], 10)[0])
        os.close(reading)
        if not ended:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return ended

    def holds(self, path: str) -> bool:
        """Whether a file lies in the throw-away folder, wherever its name points."""
        return Path(os.path.realpath(path)).is_relative_to(self.root)

    def ran(self) -> list[Ran]:
        """The programs that were started."""
        found = []
        for file in self.log.iterdir():
            cwd, *argv = file.read_bytes().decode("utf-8", "surrogateescape").split("\0")[:-1]
            found.append(Ran(cwd, tuple(argv)))
        return found

    def written(self) -> set[str]:
        """The files that are new or changed."""
        return {
            str(path)
            for path in [*(self.root / "w").rglob("*"), *self.home.rglob("*")]
            if not path.is_dir() and (path.read_bytes() != b"old\n")
        } | {
            str(path)
            for path in (self.root / "w").rglob("*")
            if path.is_file() and os.path.relpath(path, self.work) not in _KNOWN
        }


_KNOWN = ("a", "b.txt", "c.txt", "n.md", "d/one")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    box = Sandbox(tmp_path_factory.mktemp("bash").resolve())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(box.bin))
        patch.setenv("HOME", str(box.home))
        programs._trusted.cache_clear()
        yield box
    programs._trusted.cache_clear()


def _argv(effect: e.Effect) -> tuple[str, tuple[str, ...]] | None:
    names = {e.RunGit: "git", e.RunBauplan: "bauplan", e.RunSelfHeal: "self-heal"}
    if type(effect) in names:
        return effect.cwd, (names[type(effect)], *effect.argv)
    if isinstance(effect, e.RunProgram):
        return effect.cwd, (Path(effect.argv[0]).name, *effect.argv[1:])
    return None


def _agrees(seen: tuple[str, ...], real: tuple[str, ...]) -> bool:
    """Whether an argv that was seen is the real one; from a part not known on, all agree."""
    for index, word in enumerate(seen):
        if any(mark in word for mark in ("$", "`", "what xargs reads")) and word not in real:
            return True
        if word.startswith("/dev/fd/") and real[index : index + 1] != ():
            continue  # the number of a process substitution differs
        if real[index : index + 1] != (word,):
            return False
    return len(seen) == len(real)


def _missed(sandbox: Sandbox, found: list[e.Effect]) -> list[object]:
    seen = [argv for effect in found if (argv := _argv(effect))]
    ran = [
        one
        for one in sandbox.ran()
        if not any(
            os.path.realpath(cwd) == os.path.realpath(one.cwd) and _agrees(argv, one.argv)
            for cwd, argv in seen
        )
    ]
    paths = {f.path for f in found if isinstance(f, e.WritePath)}
    return [*ran, *(sandbox.written() - paths)]


def _check(sandbox: Sandbox, line: str, failing: tuple[str, ...]) -> None:
    sandbox.fill()
    found = effects_of_command(line, str(sandbox.work))
    if any(isinstance(effect, e.Unknown) for effect in found):
        event("unknown")
        return
    if any(isinstance(effect, e.WritePath) and not sandbox.holds(effect.path) for effect in found):
        event("writes outside: seen, and not tried on this machine")
        return
    event("followed")
    if not sandbox.run(line, failing):
        event("too long")
        return
    assert not _missed(sandbox, found)


_FAILING = st.lists(st.sampled_from(PROGRAMS), max_size=3, unique=True).map(tuple)


@_SETTINGS
@given(line=lines(), failing=_FAILING)
def test_bash_does_nothing_that_was_not_seen(
    sandbox: Sandbox, line: str, failing: tuple[str, ...]
) -> None:
    """Whatever the guard followed to the end, bash does no more than that."""
    _check(sandbox, line, failing)


@_SETTINGS
@given(line=spoiled_lines(), failing=_FAILING)
def test_a_line_that_is_nearly_wrong_hides_nothing(
    sandbox: Sandbox, line: str, failing: tuple[str, ...]
) -> None:
    """A character in a wrong place makes no gap between the parser and bash."""
    _check(sandbox, line, failing)


@pytest.mark.parametrize(
    "line",
    [
        "git log --oneline -5",
        "git 'a b' \"c d\" e\\ f $'g\\x20h' ''",
        "git {a,b{1..3}}c {x} *.txt none* d/*",
        "X='a b'; git $X \"$X\" ${X}c",
        "cd d && git a; cd e && git b",
        "(cd d && git a); git b",
        "for x in a 'b c' {1..2}; do git $x; done",
        "f() { git \"$@\" $1; cat $2; }; f 'a b' c",
        "git a | cat b && ls c",
        "{ git a; ls; } > f1 2>&1",
        "git > f1 a 2> f2 b",
        "cat <<EOF > f1\n$(git a) $(ls) $X\nEOF\ngit b",
        "cat <<'EOF'\n$(git a)\nEOF",
        "git \"$(echo a 'b  c')\" $(pwd)",
        "bash -c 'git \"a b\"; cat'",
        "env A=1 timeout 5 nice git a",
        "find d -maxdepth 0 -exec cat {} ';'",
        "case b.txt in *.txt) git a;; esac",
        "if true; then git a; fi",
        "git a # git b",
        'echo $(git a) "$(git b)" `git c`',
        "cat <(git a) > /dev/null",
        "git a & wait",
        "LC_ALL=C git a",
        "time git a",
        "command git a",
        "X=git; $X a",
        "cd d && git a > f1 | cat",
        "cd d && git a 2>&1 | cat | ls",
        "cd d && cat <<EOF | ls\nx\nEOF",
    ],
)
def test_what_is_followed_is_exactly_what_runs(sandbox: Sandbox, line: str) -> None:
    """Nothing more and nothing less, where no value depends on what a program prints."""
    sandbox.fill()
    found = effects_of_command(line, str(sandbox.work))
    assert not any(isinstance(effect, e.Unknown) for effect in found)
    assert sandbox.run(line, ())
    assert not _missed(sandbox, found)
    stubs = [argv for effect in found if (argv := _argv(effect)) and argv[1][0] in PROGRAMS]
    real = sorted((one.argv, one.cwd) for one in sandbox.ran())
    assert sorted((argv, cwd) for cwd, argv in stubs) == real
