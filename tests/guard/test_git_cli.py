"""git's own way of reading options, and the abbreviations it takes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from pipeline_guard import git_cli
from pipeline_guard.git_cli import options as git_options


def call(*words: str) -> git_cli.GitCall:
    return git_cli.read(words, "/repo")


def test_joined_short_options_are_told_apart():
    found = call("commit", "-qam", "Fix it")
    assert found.values("--message") == ("Fix it",)
    assert found.has("--all")
    assert found.has("--quiet")
    assert not found.strange


@pytest.mark.parametrize(
    "words",
    [("-m", "Fix"), ("-mFix",), ("--message", "Fix"), ("--message=Fix",), ("-qmFix",)],
)
def test_every_spelling_of_a_message_is_the_message(words: tuple[str, ...]):
    assert call("commit", *words).values("--message") == ("Fix",)


@pytest.mark.parametrize(
    ("given", "meant"),
    [("--ame", "--amend"), ("--no-verif", "--no-verify"), ("--fix=a", "--fixup")],
)
def test_an_abbreviation_is_the_option_git_takes_it_for_and_strange(given: str, meant: str):
    found = call("commit", given, "-m", "x")
    assert found.has(meant)
    assert found.strange


def test_global_options_are_read_before_the_subcommand():
    found = call("-C", "sub", "--no-pager", "-c", "color.ui=never", "log", "-3")
    assert (found.subcommand, found.folder) == ("log", "/repo/sub")
    assert not found.strange


@pytest.mark.parametrize(
    "words",
    [
        ("-c", "core.pager=sh -c evil", "log"),
        ("-c", "alias.x=!evil", "x"),
        ("-c", "core.hooksPath=/tmp", "commit", "-m", "x"),
        ("-ccore.pager=evil", "log"),
        ("--git-dir", "/elsewhere/.git", "log"),
        ("--git-dir=/elsewhere/.git", "log"),
        ("--work-tree=/", "status"),
        ("--exec-path=/tmp", "status"),
        ("--config-env", "core.pager=X", "log"),
        ("--paginate", "log"),
        ("-p", "log"),
        ("--bare", "status"),
        ("--namespace", "x", "log"),
        ("--super-prefix=x", "status"),
        ("log", "--output-directory"),
        ("log", "--no-such-option"),
        ("status", "--porcelain", "-Q"),
        ("commit", "-m"),
    ],
)
def test_what_is_not_known_is_strange(words: tuple[str, ...]):
    assert call(*words).strange


def test_everything_behind_the_separator_is_a_path():
    found = call("checkout", "debug/x", "--", "-f", "models.py")
    assert found.paths == ("-f", "models.py")
    assert not found.target


@pytest.mark.parametrize(
    ("words", "target"),
    [
        (("switch", "-c", "debug/a"), "debug/a"),
        (("switch", "--create=debug/a"), "debug/a"),
        (("switch", "debug/a"), "debug/a"),
        (("checkout", "-b", "debug/a"), "debug/a"),
        (("checkout", "-bdebug/a"), "debug/a"),
        (("checkout", "-B", "main"), "main"),
        (("switch", "-C", "main"), "main"),
        (("switch", "--orphan", "main"), "main"),
        (("log", "main"), ""),
    ],
)
def test_the_branch_head_would_be_on(words: tuple[str, ...], target: str):
    assert call(*words).target == target


NEEDS_VALUE = re.compile(r"requires a value|requires an argument|needs a value|expects a")
UNKNOWN = re.compile(r"unknown (option|switch)|unrecognized argument|invalid option|ambiguous opt")
# Newer than some git that is still in use, or (`--format`) only known with `=` behind it.
NEWER = {"--branches", "--default-prefix", "--show-object-format", "--merge-base", "--format"}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit, to ask git about its options in."""
    folder = tmp_path_factory.mktemp("scratch")
    for words in (
        ["init", "--quiet"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a", "--allow-empty"],
    ):
        subprocess.run(["git", "-C", str(folder), *words], check=True)
    return folder


@pytest.mark.parametrize("subcommand", sorted(git_options._SPEC))
def test_the_table_says_as_git_does_which_options_take_a_value(subcommand: str, scratch: Path):
    """A value taken for a word of its own, or the other way round, would hide a branch's name."""
    wrong = []
    for name, option in git_options.table(subcommand).items():
        if name == "-<n>":
            continue
        answer = subprocess.run(
            ["git", "-C", str(scratch), subcommand, name],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "GIT_EDITOR": "true", "LC_ALL": "C"},
        ).stderr
        needs = bool(NEEDS_VALUE.search(answer))
        if needs != (option.kind == git_options.VALUE):
            wrong.append((name, option.kind, answer.splitlines()[:1]))
        elif UNKNOWN.search(answer) and name not in NEWER:
            wrong.append((name, "unknown", answer.splitlines()[:1]))
    assert not wrong, str(wrong)
