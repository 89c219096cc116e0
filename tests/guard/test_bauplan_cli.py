"""What `bauplan_cli.read` makes of a command line, and how a wrong one is put right."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_guard.bauplan_cli import BauplanCall, read, reference

REF = "demo.nightly@" + "8d3f" * 16


def call(line: str, version: str = "0.3.5") -> BauplanCall:
    return read(shlex.split(line), reference.load(version))


def corrected(line: str, version: str = "0.3.5") -> str:
    """The whole line put right, as every problem gives it."""
    problems = call(line, version).problems
    assert problems
    assert len({problem.instead for problem in problems}) == 1
    return problems[0].instead.removeprefix("bauplan ")


def test_resolves_a_hidden_alias():
    """`delete` stands in no help; it is `rm`, and a rule about `rm` must see that."""
    assert call("branch delete demo.x").command == ("branch", "rm")
    assert call("namespace drop nyc").command == ("namespace", "rm")


def test_names_options_by_their_long_name_in_every_spelling():
    for spelling in ("--max-count 3", "--limit=3", "-n 3", "-n3", "-n=3"):
        assert call(f"job ls {spelling}").options == {"max-count": ("3",)}
    assert call("commit --pretty oneline").options == {"format": ("oneline",)}


def test_keeps_every_value_of_an_option_that_is_given_again():
    assert call("job ls -s fail --status abort").options == {"status": ("fail", "abort")}


def test_reads_common_options_at_every_level():
    """The value that counts is the last: the deepest level."""
    read_line = call("-O tty job --profile other ls -Ojson")
    assert read_line.command == ("job", "ls")
    assert read_line.options == {"output": ("tty", "json"), "profile": ("other",)}
    assert not read_line.problems


def test_takes_a_value_that_stands_in_no_help():
    assert not call("config set api_endpoint x").problems
    assert call("config set api_endpoints x").problems


def test_reads_a_cluster_of_letters():
    assert call("run -vdp pipeline").options == {
        "verbose": ("",),
        "detach": ("",),
        "project-dir": ("pipeline",),
    }


def test_takes_every_word_after_two_dashes_as_it_is():
    assert call("query -- --ref").positionals == ("--ref",)
    assert call("query -- --ref").options == {}


@pytest.mark.parametrize(
    "line",
    ["--help", "job get --help", "run -vh", "help branch delete", "job ls -V --no-such-flag"],
)
def test_help_stops_the_reading(line: str):
    assert call(line).help
    assert not call(line).problems


def test_help_after_a_mistake_does_not_save_the_line():
    assert not call("job ls --no-such-flag --help").help
    assert call("job ls --no-such-flag --help").problems


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("query 'SELECT 1' --format json", "query 'SELECT 1' --output json"),
        ("query 'SELECT 1' -o json", "query 'SELECT 1' --output json"),
        ("job ls --json", "job ls --output json"),
        (f"table get nyc.flights --branch {REF}", f"table get nyc.flights --ref {REF}"),
        (f"query --branch={REF} 'SELECT 1'", f"query --ref {REF} 'SELECT 1'"),
        ("job get --id 3f0c", "job get 3f0c"),
        ("job logs --job-id=3f0c", "job logs 3f0c"),
        ("commit --ref demo.nightly --limit 10", "commit demo.nightly --limit 10"),
        ("checkout --branch demo.debug_x", "checkout -b demo.debug_x --from-ref <pinned ref>"),
        (f"checkout --branch B --from-ref {REF}", f"checkout -b B --from-ref {REF}"),
        ("logs 3f0c", "job logs 3f0c"),
        ("get job 3f0c", "job get 3f0c"),
        ("job logs 3f0c --tail 50", "job logs 3f0c"),
        ("job logs -n 50 3f0c", "job logs 3f0c"),
        ("job logs 3f0c --lines=50", "job logs 3f0c"),
        ("commit list demo.nightly -n 5", "commit demo.nightly -n 5"),
        ("commit ls --ref demo.nightly", "commit demo.nightly"),
        (f"table ls nyc --ref {REF}", f"table ls --namespace nyc --ref {REF}"),
        (f"table get flights --namespace nyc --ref {REF}", f"table get nyc.flights --ref {REF}"),
        ("run pipeline --ref demo.debug_x", "run --project-dir pipeline --ref demo.debug_x"),
        ("job ls -O csv", "job ls -O json"),
    ],
)
def test_knows_the_common_mistakes(line: str, right: str):
    assert corrected(line) == right


@pytest.mark.parametrize(
    ("version", "line", "right"),
    [
        ("0.1.16", "run --strict", "run --strict on"),
        ("0.1.16", "run --no-strict", "run --strict off"),
        ("0.1.16", "query x --no-cache", "query x --cache off"),
        ("0.2.0", "run --strict on", "run --strict"),
        ("0.2.0", "run --strict off", "run"),
        ("0.2.0", "run --strict=on", "run --strict"),
        ("0.2.0", "run --no-strict", "run"),
        ("0.2.0", "run -t off", "run --no-transaction"),
        ("0.3.0", "run --strict on --dry-run", "run --dry-run"),
        ("0.3.5", "run --strict", "run"),
        ("0.3.5", "run --strict=off", "run --no-strict"),
        ("0.3.5", "run --transaction off --cache on", "run --no-transaction"),
    ],
)
def test_spells_strict_cache_and_transaction_as_the_version_does(
    version: str, line: str, right: str
):
    assert corrected(line, version) == right


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("table gte nyc.flights", "table get nyc.flights"),
        ("jobs", "job ls"),
        ("job show 3f0c", "job get 3f0c"),
        ("job ls --max-cuont 3", "job ls --max-count 3"),
        ("job ls --status Failed", "job ls --status fail"),
        ("query -ref x 'SELECT 1'", "query --ref x 'SELECT 1'"),
        ("query SELECT 1 --ref x", "query 'SELECT 1' --ref x"),
        ("query '-- one' ", "query -- '-- one'"),
        ("info --client-timeout -1", "info --client-timeout=-1"),
        ("query x --priority 11", "query x --priority 10"),
        ("query x -f y", "query x"),
        ("job get", "job get <JOB_ID>"),
        ("job get a b", "job get a"),
        ("run --ref x --ref y", "run --ref x"),
        ("run --dry-run=true", "run --dry-run"),
        ("query x --ref", "query x --ref <REF>"),
        ("job", "job ls"),
        ("--ref x query 'SELECT 1'", "query 'SELECT 1' --ref x"),
        ("job --status=fail ls", "job ls --status=fail"),
        ("--dry-run run", "run --dry-run"),
        ("run --no-such-thing", "run --help"),
    ],
)
def test_puts_each_kind_of_mistake_right(line: str, right: str):
    assert corrected(line) == right


def test_names_every_problem_of_a_line():
    problems = call("job ls --status failed -o json --limitt 3").problems
    assert [problem.saw for problem in problems] == ["failed", "-o", "--limitt"]
    assert problems[0].instead == "bauplan job ls --status fail --output json --limit 3"


def test_names_the_nearest_flag():
    (problem,) = call("run --project-dri x").problems
    assert "--project-dir" in problem.why
    assert "0.3.5" in problem.why


WORDS = st.one_of(
    st.sampled_from(
        "job ls get query run branch checkout -b --ref -r --ref= --strict on --output json -O -n"
        " --max-count 3 help --help -- - --branch --id <x> -vv --search-uri table create".split()
    ),
    st.text(max_size=6),
)


@given(st.lists(WORDS, max_size=7), st.sampled_from(reference.known_versions()))
def test_answers_every_line_with_one_that_runs(argv: list[str], version: str):
    """Whatever is typed: no exception, and the line put right has no problems, blanks aside."""
    known = reference.load(version)
    for problem in read(argv, known).problems:
        if "<" not in problem.instead:
            assert not read(shlex.split(problem.instead)[1:], known).problems
