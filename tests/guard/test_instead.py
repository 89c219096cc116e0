"""What is no tool of the skill is refused with the nearest command that is, and that one passes."""

from __future__ import annotations

import re

import pytest

from pipeline_guard.verdicts import DENY
from tests.guard.conftest import Healing

FILE = "pipeline/models.py"
INSTEAD = [
    (f"nl -ba {FILE}", f"cat -n {FILE}"),
    (f"less {FILE}", f"cat {FILE}"),
    (f"tac {FILE}", f"cat {FILE}"),
    (f"egrep -n 'def |Model' {FILE}", f"grep -E -n 'def |Model' {FILE}"),
    (f"fgrep bauplan.Model {FILE}", f"grep -F bauplan.Model {FILE}"),
    ("readlink -f pipeline", "realpath pipeline"),
    (f"xxd {FILE}", f"cat -A {FILE}"),
    (f"sha256sum {FILE}", f"git ls-files -s {FILE}"),
    (f"mypy {FILE}", f"ty check {FILE}"),
    (f"python -m py_compile {FILE}", f"ruff check {FILE}"),
    (f"python3.11 -m ruff check {FILE}", f"ruff check {FILE}"),
    (f"python -m flake8 {FILE}", f"ruff check {FILE}"),
    ("bauplan job ls -O json | python -m json.tool", "jq ."),
    (
        "bauplan job ls -O json | python3 -c 'import json, sys'",
        "bauplan job ls --output json | jq '.[0]'",
    ),
    (
        "python -c 'import bauplan.standard_expectations as e; print(dir(e))'",
        "self-heal reference show expectations",
    ),
    (f"ruff format {FILE}", f"ruff format --check {FILE}"),
    ("ruff check --fix pipeline", "ruff check pipeline"),
    (f"black {FILE}", f"ruff format --check {FILE}"),
    (f"sed -n '/def clean/,/return/p' {FILE}", f"grep -n -A 40 'def clean' {FILE}"),
    (f"sed -n '/bauplan.Model/p' {FILE}", f"grep -n bauplan.Model {FILE}"),
    (f"sed -n -e '1,5p' -e '9p' {FILE}", f"sed -n '1,5p;9p' {FILE}"),
    (f"awk 'NR>=3 && NR<=9' {FILE}", f"sed -n 3,9p {FILE}"),
    (f"awk '/def / {{print NR}}' {FILE}", f"grep -nE 'def ' {FILE}"),
    (f"awk '{{print $1, $3}}' {FILE}", f"cat {FILE} | tr -s ' ' | cut -d' ' -f1,3"),
    ("whoami", "bauplan info"),
    ("pip show bauplan", "bauplan version"),
    ("ps aux", "bauplan job ls --max-count 5"),
    ("seq 1 3", "for i in {1..3}; do echo $i; done"),
    ("expr 1 + 2", "echo $((1 + 2))"),
    ("fd -e py", "git ls-files"),
    ("git remote -v", "git branch --list --remotes"),
    ("git reflog -5", "git log -g --oneline -10"),
    ("git stash list", "git status --short"),
    ("git tag", "git log --oneline --decorate -10"),
    ("git tag --list 'v*'", "git log --oneline --decorate -10"),
    ("git worktree list", "git rev-parse --show-toplevel"),
    ("git config --get user.name", "git log -1 '--format=%an <%ae>'"),
    ("git describe --always --dirty", "git rev-parse --short HEAD"),
    ("git ls-tree -r HEAD pipeline", "git ls-files pipeline"),
    (f"git cat-file -p HEAD:{FILE}", f"git show HEAD:{FILE}"),
    ("git rev-list --count HEAD", "git log --oneline HEAD"),
    ("git merge-base main HEAD", "git log --oneline main..HEAD"),
    ("git for-each-ref refs/heads", "git branch --list --all --verbose"),
    ("git check-ignore debug", "git status --short --ignored"),
    ("git diff-tree -r HEAD", "git diff --stat"),
    ("git version", "git --version"),
    ("bauplan query --ref {pinned} 'DESCRIBE nyc.t'", "bauplan table get nyc.t --ref {pinned}"),
    ("bauplan query --ref {pinned} 'show tables;'", "bauplan table ls --ref {pinned}"),
    (
        'bauplan query --ref {pinned} \'SHOW COLUMNS FROM "nyc"."t"\'',
        "bauplan table get nyc.t --ref {pinned}",
    ),
    (
        "bauplan query --ref {pinned} 'EXPLAIN SELECT a FROM nyc.t'",
        'bauplan query --ref {pinned} --max-rows 20 "SELECT a FROM nyc.t LIMIT 20"',
    ),
    ("git commit -am 'Cast the delay'", "git commit -a -m 'Cast the delay (job {job})'"),
    ("git commit --amend -m 'Cast it (job {job})'", "git commit -m 'Cast it (job {job})'"),
    ("for f in $(git ls-files); do cat $f; done", "find . -name '*.py' -exec cat {} +"),
    ("echo README.md | xargs cat", "find . -name '*.py' -exec cat {} +"),
]


@pytest.mark.parametrize(("wrong", "right"), INSTEAD)
def test_the_nearest_allowed_command_is_named(healing: Healing, wrong: str, right: str) -> None:
    """One refusal and one command to type instead: an agent loses a turn, not its way."""
    healing.ready()
    found = healing.bash(healing.fill(wrong))
    assert found.decision == DENY
    told = [finding.do for finding in found.findings]
    assert any(f"`{healing.fill(right)}`" in do for do in told), told
    for do in told:
        for command in re.findall(r"`([a-z][^`<…]*)`", do):
            assert healing.bash(command).decision != DENY, command


SENTENCES = [
    ("sleep 5", "Nothing has to be waited for"),
    ("watch bauplan job ls", "Nothing has to be waited for"),
    ("curl -s https://docs.bauplanlabs.com/", "WebFetch https://docs.bauplanlabs.com/"),
    ("gh pr create --fill", "A person opens the pull request"),
    ("touch debug/summary.md", "Write or Edit tool"),
    (f"sed -i 's/a/b/' {FILE}", "Write or Edit tool"),
    ("bauplan job ls | column -t", "leave that part out"),
    ("python --version", "decorator"),
    ("export T=nyc.flights; echo $T", "Leave `export` out"),
    ('H=$(git rev-parse HEAD); git show "$H"', "Run the inner command first"),
    ("git commit -F - <<'EOF'\nFix (job {short})\nEOF", "behind -m"),
    ("cat - <<'EOF'\nx\nEOF", 'Quote it: "-"'),
    ("pushd pipeline; ls; popd", "(cd <folder> && ls)"),
    ("trap 'ls' EXIT; git status", "Leave it out"),
    ("ls --hyperlink", "Leave `--hyperlink` out"),
    ("grep -n x $(git ls-files)", "Name the files"),
    ("sort README.md | comm -12 - README.md", "diff <a> <b>"),
]


@pytest.mark.parametrize(("wrong", "words"), SENTENCES)
def test_where_no_command_is_near_the_step_is_named(
    healing: Healing, wrong: str, words: str
) -> None:
    """Waiting, fetching, installing: no step of the workflow needs it, and the answer says so."""
    found = healing.ready().bash(wrong)
    assert found.decision == DENY
    assert any(words in finding.do for finding in found.findings), found


@pytest.mark.parametrize(
    "wrong", ["git stash", "git stash pop", "git tag v1", "git worktree add x"]
)
def test_a_change_under_a_listing_name_is_still_seen_as_one(healing: Healing, wrong: str) -> None:
    """`git stash list` only lists; `git stash` takes the agent's own edits away."""
    rules = {finding.rule for finding in healing.ready().bash(wrong).findings}
    assert rules & {"main_branch", "git_only"}


def test_a_hash_that_is_not_known_yet_is_to_be_typed_out(healing: Healing) -> None:
    """After a rerun the pinned ref would be the wrong one: the old state looks plausible."""
    branch = "demo.debug_3f0c2a9e"
    query = "'SELECT a FROM nyc.flights LIMIT 1'"
    line = f"H=$(bauplan commit {branch} | head -1); bauplan query --ref {branch}@$H {query}"
    said = [finding.do for finding in healing.ready().bash(line).findings]
    assert "Type the ref out, as `branch@hash`" in said
    assert healing.session().facts.pinned not in " ".join(said)


def test_a_pattern_that_meets_new_files_is_named_once(healing: Healing) -> None:
    files = " ".join(f"debug/data_snapshot/{name}.md" for name in "abc")
    line = f"for f in {files}; do echo x > $f; done; head debug/data_snapshot/*.md"
    found = [f for f in healing.ready().bash(line).findings if "pattern" in f.saw]
    assert [f.do for f in found] == ["Put what reads by the pattern into the next call."]
