"""What a command line does, as effects: one promise of the analysis in each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_guard import effects as e
from pipeline_guard.shell import effects_of_command


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """A folder with two folders and some files."""
    for name in ("pipeline/models.py", "pipeline/late.sql", "debug/job/x.md", "README.md"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x\n")
    return tmp_path.resolve()


def seen(command: str, cwd: Path) -> list[e.Effect]:
    return effects_of_command(command, str(cwd))


def gits(command: str, cwd: Path) -> list[tuple[str, ...]]:
    return [f.argv for f in seen(command, cwd) if isinstance(f, e.RunGit)]


def paths(command: str, cwd: Path, kind: type) -> list[str]:
    found = [f.path for f in seen(command, cwd) if isinstance(f, kind)]
    return [str(Path(path).relative_to(cwd)) for path in found]


def unknown(command: str, cwd: Path) -> e.Unknown:
    """The part that was not understood; there must be one."""
    return next(f for f in seen(command, cwd) if isinstance(f, e.Unknown))


@pytest.mark.parametrize(
    "word",
    ["a\\ b", "'a b'", '"a b"', "$'a\\x20b'", "a' 'b", '"a "b', "$'a\\40b'", "a$' 'b"],
)
def test_every_quoting_gives_the_same_argument(word: str, cwd: Path) -> None:
    assert gits(f"git add {word}", cwd) == [("add", "a b")]


def test_a_word_with_an_escaped_dollar_is_plain_text(cwd: Path) -> None:
    assert gits('git commit -m "a \\$HOME \\`b\\`"', cwd) == [("commit", "-m", "a $HOME `b`")]


def test_a_variable_that_the_line_sets_is_known(cwd: Path) -> None:
    assert gits("X=main; git push origin $X", cwd) == [("push", "origin", "main")]


def test_an_unquoted_variable_is_split(cwd: Path) -> None:
    assert gits("X='push origin'; git $X main", cwd) == [("push", "origin", "main")]
    assert gits("X='push origin'; git \"$X\" main", cwd) == [("push origin", "main")]


def test_a_variable_from_outside_is_read_and_not_known(cwd: Path) -> None:
    found = seen("git push origin $BRANCH", cwd)
    assert e.ReadVariable("BRANCH") in found
    assert any(isinstance(f, e.Unknown) for f in found)


def test_both_branches_of_a_condition_leave_their_value(cwd: Path) -> None:
    line = "X=a; if git diff; then X=b; fi; git show $X"
    assert gits(line, cwd) == [("diff",), ("show", "a"), ("show", "b")] or gits(line, cwd) == [
        ("diff",),
        ("show", "b"),
        ("show", "a"),
    ]


def test_a_loop_runs_once_for_each_word(cwd: Path) -> None:
    assert gits("for x in a 'b c'; do git show \"$x\"; done", cwd) == [
        ("show", "a"),
        ("show", "b c"),
    ]


def test_braces_expand_as_in_bash(cwd: Path) -> None:
    assert gits("git {add,a{b,c}} x{1..3}", cwd) == [("add", "ab", "ac", "x1", "x2", "x3")]
    assert gits("git show HEAD@{1} {x} '{a,b}'", cwd) == [("show", "HEAD@{1}", "{x}", "{a,b}")]


def test_a_glob_becomes_what_it_matches_now(cwd: Path) -> None:
    assert gits("git add pipeline/*.py", cwd) == [("add", "pipeline/models.py")]
    assert gits("git add none*.py", cwd) == [("add", "none*.py")]
    assert gits("git add 'pipeline/*.py'", cwd) == [("add", "pipeline/*.py")]


def test_a_glob_whose_match_looks_like_an_option_is_refused(cwd: Path) -> None:
    (cwd / "-rf").touch()
    assert "option" in unknown("cat *", cwd).why


def test_a_function_runs_with_its_arguments(cwd: Path) -> None:
    assert gits('f() { git log "$1" $2; }; f a b', cwd) == [("log", "a", "b")]


def test_what_a_function_calls_its_own_is_not_known_afterwards(cwd: Path) -> None:
    line = "x=push; f() { local x=status; }; f; git $x origin main"
    assert any(isinstance(f, e.Unknown) for f in seen(line, cwd))


def test_cd_moves_what_follows(cwd: Path) -> None:
    assert paths("cd pipeline && cat models.py", cwd, e.ReadPath) == ["pipeline/models.py"]
    assert paths("(cd pipeline; cat models.py); cat README.md", cwd, e.ReadPath) == [
        "pipeline/models.py",
        "README.md",
    ]


def test_a_cd_that_may_fail_leaves_both_folders(cwd: Path) -> None:
    assert paths("cd none; cat a > f", cwd, e.WritePath) == ["none/f", "f"]


def test_a_cd_to_an_unknown_folder_is_refused(cwd: Path) -> None:
    assert "folder" in unknown('cd "$WHERE" && ls', cwd).why
    assert unknown("cd - && ls", cwd)


@pytest.mark.parametrize(
    ("command", "written"),
    [
        ("ls > a", ["a"]),
        (">a ls", ["a"]),
        ("ls >> a", ["a"]),
        ("ls >| a", ["a"]),
        ("ls &> a", ["a"]),
        ("ls >& a", ["a"]),
        ("ls 2> a", ["a"]),
        ("> a", ["a"]),
        ("{ ls; } > a", ["a"]),
        ("ls | cat > 'a b'", ["a b"]),
        ("for i in 1; do ls; done > a", ["a"]),
        ("ls 2>&1", []),
        ("ls >&2", []),
        ("ls 2>&-", []),
        ("ls > /dev/null 2>&1", []),
        ("cat <<< x", []),
    ],
)
def test_a_redirection_writes_its_file(command: str, written: list[str], cwd: Path) -> None:
    assert paths(command, cwd, e.WritePath) == written


def test_words_after_a_redirection_belong_to_the_command(cwd: Path) -> None:
    assert gits("git > /dev/null push 2>&1 origin main", cwd) == [("push", "origin", "main")]


def test_a_here_document_tells_the_whole_text(cwd: Path) -> None:
    found = seen("cat > debug/summary.md <<'EOF'\n# $(ls)\nEOF", cwd)
    write = next(f for f in found if isinstance(f, e.WritePath))
    assert write.text == "# $(ls)\n"
    assert write.tool == "cat"


def test_a_commit_message_through_a_here_document_is_known(cwd: Path) -> None:
    line = "git commit -m \"$(cat <<'EOF'\nFix `a` and $b\n\nMore\nEOF\n)\""
    assert gits(line, cwd) == [("commit", "-m", "Fix `a` and $b\n\nMore")]


def test_an_open_here_document_runs_what_is_in_it(cwd: Path) -> None:
    assert gits("cat <<EOF\n$(git push)\nEOF", cwd) == [("push",)]


@pytest.mark.parametrize(
    ("command", "certain"),
    [
        ("git log", True),
        ("ls && git log", True),
        ("git log && ls", True),
        ("ls; git log", True),
        ("ls | git log", True),
        ("git log 2>&1", True),
        ("timeout 5 git log", True),
        ("bash -c 'git log'", True),
        ("git log | cat", False),
        ("git log; ls", False),
        ("git log || true", False),
        ("git log &", False),
        ("! git log", False),
        ("git log > /dev/null", False),
        ("if ls; then git log; fi", False),
        ("for i in 1; do git log; done", False),
        ("echo $(git log)", False),
        ("bash -c 'git log; ls'", False),
    ],
)
def test_it_says_whose_exit_code_is_seen(command: str, certain: bool, cwd: Path) -> None:
    assert [f.certain for f in seen(command, cwd) if isinstance(f, e.RunGit)] == [certain]


def test_a_command_that_is_fed_says_so(cwd: Path) -> None:
    for line in ("cat a | bauplan query", "bauplan query < a", "bauplan query <<< a"):
        assert [f.stdin for f in seen(line, cwd) if isinstance(f, e.RunBauplan)] == [True]
    assert [f.stdin for f in seen("bauplan info", cwd) if isinstance(f, e.RunBauplan)] == [False]


def test_the_same_command_twice_is_judged_twice(cwd: Path) -> None:
    line = "git commit -m a && git switch main && git commit -m a"
    assert gits(line, cwd) == [("commit", "-m", "a"), ("switch", "main"), ("commit", "-m", "a")]


@pytest.mark.parametrize(
    "command",
    [
        "eval 'ls'", "source a", ". a", "trap ls EXIT", "alias ls=rm", "shopt -s extglob",
        "ls() { rm x; }; ls", "$X ls", "$(echo git) push", "ls ${!x}", "ls ${x@P}", "a=([0]=1 2)",
        "select x in a; do ls; done", "((x++))", "ls !(a)", "ls $((x+1))", "coproc ls",
        "gi\\\nt push", "ls\rgit push", "ls\u00a0x", "ls \u202egit", "if ls", "ls 'a",
        "ls $'a\\0b'",
        "f() { f; }; f", "while true; do x=$x.; done; x=; while ls; do x=a$x; done",
        "cat < /dev/tcp/a/1", "exec > f", "set -f", "IFS=,; ls", "PATH=.; ls", "cat <<A <<B\nA\nB",
        "ls {a,b", "uv run bauplan info", "uvx bauplan info", "python -m bauplan info",
        "sudo ls", "env -i ls", "xargs cat", "wait -p x", "[[ a -eq $x ]]", "x[1]=2",
    ],
)  # fmt: skip
def test_what_is_not_followed_is_refused(command: str, cwd: Path) -> None:
    refused = unknown(command, cwd)
    assert refused.why
    assert refused.instead


@pytest.mark.parametrize("depth", [60, 5000])
@pytest.mark.parametrize("pair", ["( )", "$( )", "{ ;}", '"$( )"'])
def test_deep_nesting_is_refused(pair: str, depth: int, cwd: Path) -> None:
    opening, closing = pair.split()
    assert unknown(f"echo {opening * depth} ls {closing * depth}", cwd)


def test_a_very_long_command_is_refused(cwd: Path) -> None:
    assert "longer" in unknown("echo " + "a" * 5_000_000, cwd).why


def test_a_loop_that_multiplies_is_refused(cwd: Path) -> None:
    loops = "".join(f"for a{i} in {{1..20}}; do " for i in range(4)) + "ls; " + "done; " * 4
    assert "too many" in unknown(loops, cwd).why


def test_the_right_form_of_uv_run_is_named(cwd: Path) -> None:
    assert unknown("uv run bauplan info", cwd).instead == "uv run --no-sync bauplan info"
    assert seen("uv run --no-sync bauplan info", cwd) == [e.RunBauplan(("info",), str(cwd))]


def test_sh_is_not_read_as_bash(cwd: Path) -> None:
    assert unknown("sh -c 'cat {a,b}'", cwd)
    assert gits("sh -c 'git log'", cwd) == [("log",)]


def test_a_text_that_begins_with_its_delimiter_is_told_so(tmp_path: Path) -> None:
    """Bash reads on there, and the parser does not: the advice names another delimiter."""
    (unknown,) = effects_of_command("cat > a.md <<'E'\nEach file's size\nE\n", str(tmp_path))
    assert isinstance(unknown, e.Unknown)
    assert unknown.instead == "A line of its text begins with the delimiter `E`: take END_OF_TEXT."
