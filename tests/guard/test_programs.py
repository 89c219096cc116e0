"""Which programs only read, with which arguments, and what they read and write."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from pipeline_guard import effects as e
from pipeline_guard.programs import argv as programs
from pipeline_guard.shell import effects_of_command


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """A folder with two files, a virtual environment and a program of its own."""
    for name in ("a", "b", "debug/bauplan", ".venv/bin/bauplan"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x\n")
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("")
    return tmp_path.resolve()


def seen(command: str, cwd: Path) -> list[e.Effect]:
    return effects_of_command(command, str(cwd))


def is_read(command: str, cwd: Path) -> bool:
    """Whether nothing in the command is refused for being no read."""
    return not any(
        isinstance(f, e.Unknown | e.WritePath | e.DeletePath)
        or (isinstance(f, e.RunProgram) and not f.reads_only)
        for f in seen(command, cwd)
    )


@pytest.mark.parametrize(
    "command",
    [
        "sort -k2 -t, a", "sort --key=2 a b", "head -5 a", "head -n5 a", "tail -f a",
        "grep -rn x .",
        "grep -e x -e y a", "grep -- -x a", "tree -L 2", "date +%F", "date -d yesterday +%F",
        "sed -n 1,5p a", "sed -n '3p;5,7p' a", "jq -r .a a", "jq --arg x 1 '.a == $x' a",
        "find . -name '*.py' -o -type d", "find a -exec cat {} +", "ruff check a", "ty check",
        "ruff format --check .", "diff -u a b", "uniq -c a", "cut -d, -f1 a", "which git",
        "test -f a", "[ a = b ]", "wc -l a", "stat a", "file a", "basename a", "printf '%s' a",
    ],
)  # fmt: skip
def test_a_read_stays_a_read(command: str, cwd: Path) -> None:
    assert is_read(command, cwd)


@pytest.mark.parametrize(
    "command",
    [
        "sort -o a b", "sort -oa b", "sort --output=a b", "sort --out=a b", "sort -T . a",
        "sort --compress-program=x a", "sort --files0-from=a", "uniq a b", "tree -o a", "tree -R",
        "date -s now", "date 01010000", "date --set=now", "find . -delete", "find . -fprint a",
        "find . -exec rm {} +", "find . -exec git add {} +", "find . -execdir cat x{} ';'",
        "find . -fls a", "find -files0-from a", "rg --pre x y", "rg -z x", "rg --hostname-bin=x y",
        "jq -f a", "sed -i s/a/b/ a", "sed s/a/b/ a", "sed -n 'w b' a", "sed -n '1,5p;w b' a",
        "sed -n -e 1p -f a", "sed -n 1e a", "awk 1 a", "ruff check --fix", "ruff check --add-noqa",
        "ruff format", "ruff check --output-file a", "ruff clean", "ty check --fix", "ty server",
        "file -C -m a", "file -f a", "diff -l a b", "tee a", "cp a b", "mv a b", "ln -s a b",
        "touch a", "rm a", "rmdir debug", "dd if=a of=b", "install a b", "rsync a b", "tar xf a",
        "unzip a", "truncate -s0 a", "chmod +x a", "python a", "python3 -c 1", "node a", "perl a",
        "duckdb a", "sqlite3 a", "bash a", "sh a", "make", "curl x", "npm i", "./a", "vim a",
        "less a", "more a", "printf -v x a", "mkdir -m 777 a", "ps e", "xxd a b", "split a",
        "wc --files0-from=a", "test -v x", "gitt push", "GIT push", "b\u0430uplan info",
    ],
)  # fmt: skip
def test_what_writes_or_runs_is_no_read(command: str, cwd: Path) -> None:
    assert not is_read(command, cwd)


@pytest.mark.parametrize(
    ("command", "read"),
    [
        ("cat a b", {"a", "b"}),
        ("cat < a", {"a"}),
        ("grep -f a x b", {"a", "x", "b"}),
        ("grep x a", {"a"}),
        ("grep -e x a", {"a"}),
        ("head -n 5 a", {"a"}),
        ("diff --from-file=a b", {"a", "b"}),
        ("jq . a", {"a"}),
        ("jq --slurpfile x a . b", {"a", "b"}),
        ("sed -n 1p a", {"a"}),
        ("test -f a", {"a"}),
        ("ls", {"."}),
        ("ls debug", {"debug"}),
        ("find debug a -name x", {"debug", "a"}),
        ("cat - < /dev/null", set()),
    ],
)
def test_every_file_that_is_read_is_named(command: str, read: set[str], cwd: Path) -> None:
    found = {os.path.relpath(f.path, cwd) for f in seen(command, cwd) if isinstance(f, e.ReadPath)}
    assert found == read


@pytest.mark.parametrize("command", ["grep -r x .", "rg x", "diff -r . b", "find . -exec cat {} ;"])
def test_a_read_of_all_below_a_folder_says_so(command: str, cwd: Path) -> None:
    line = shlex.join(shlex.split(command))
    assert any(isinstance(f, e.ReadPath) and f.recursive for f in seen(line, cwd))


@pytest.mark.parametrize("command", ["ls -R", "find . -name x", "tree", "grep x a", "cat a"])
def test_a_list_of_names_is_not_recursive(command: str, cwd: Path) -> None:
    assert not any(isinstance(f, e.ReadPath) and f.recursive for f in seen(command, cwd))


@pytest.mark.parametrize(
    ("command", "written", "deleted"),
    [
        ("tee -a x y", {"x", "y"}, set()),
        ("cp a b x", {"x"}, set()),
        ("cp -t x a", {"x"}, set()),
        ("mv a x", {"x"}, {"a"}),
        ("rm -rf a b", set(), {"a", "b"}),
        ("dd if=a of=x", {"x"}, set()),
        ("sort -o x a", {"x"}, set()),
        ("uniq a x", {"x"}, set()),
        ("tree -o x", {"x"}, set()),
        ("sed -i s/a/b/ x", {"x"}, set()),
        ("find . -fprint x", {"x"}, set()),
        ("find debug -delete", set(), {"debug"}),
        ("tar -xf a -C debug", {"debug"}, set()),
    ],
)
def test_what_is_written_is_named(
    command: str, written: set[str], deleted: set[str], cwd: Path
) -> None:
    found = seen(command, cwd)

    def names(kind: type) -> set[str]:
        return {os.path.relpath(f.path, cwd) for f in found if isinstance(f, kind)}

    assert names(e.WritePath) == written
    assert names(e.DeletePath) == deleted


def test_mkdir_makes_folders(cwd: Path) -> None:
    assert seen("mkdir -p debug/{a,b}", cwd) == [
        e.MakeFolder(str(cwd / "debug" / "a")),
        e.MakeFolder(str(cwd / "debug" / "b")),
    ]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("bauplan", "bauplan"),
        ("./.venv/bin/bauplan", "bauplan"),
        (".venv/bin/../bin/bauplan", "bauplan"),
        ("/usr/bin/git", "git"),
        ("/usr/bin/../bin/git", "git"),
        ("./bauplan", "./bauplan"),
        ("debug/bauplan", "debug/bauplan"),
        ("/tmp/git", "/tmp/git"),
    ],
)
def test_a_path_is_the_program_only_in_a_trusted_place(written: str, name: str, cwd: Path) -> None:
    assert programs.name_of(written, str(cwd)) == name


@pytest.mark.parametrize(
    "command",
    [
        "env", "env -0", "printenv", "export", "export -p", "declare -p", "set", "jq -n env",
        "jq -n '$ENV.A'", "jq -n '$ ENV'", "jq '\"\\(env)\"' a", "declare",
    ],
)  # fmt: skip
def test_printing_the_environment_reads_all_of_it(command: str, cwd: Path) -> None:
    assert e.ReadVariable("*") in seen(command, cwd)


@pytest.mark.parametrize("command", ["jq .env a", "jq '.a | {e: .env}' a", "jq '.\"env\"' a"])
def test_a_field_named_env_is_not_the_environment(command: str, cwd: Path) -> None:
    assert not any(isinstance(f, e.ReadVariable) for f in seen(command, cwd))


@pytest.mark.parametrize("command", ["A=1 ls", "env A=1 ls", "export A=1", "env -u A ls"])
def test_a_change_of_the_environment_is_named(command: str, cwd: Path) -> None:
    found = [f for f in seen(command, cwd) if isinstance(f, e.SetVariable)]
    assert [(f.name, f.exported) for f in found] == [("A", True)]


def test_an_unknown_word_that_may_be_an_option_is_no_read(cwd: Path) -> None:
    """`rg "$x"` could be `rg --pre=program`."""
    assert not is_read('x=$(printf %s --pre=git); rg "$x" a', cwd)
    assert is_read('x=$(printf %s y); rg -e "$x" a', cwd)
