"""Rule 1: main stays untouched, in Bauplan and in git, however it is spelled."""

from __future__ import annotations

import pytest

from pipeline_guard.policy import Policy

KEY = "main_branch"

BAUPLAN_DENIED = """
bauplan checkout main
bauplan branch checkout main
bauplan checkout Main
bauplan checkout master
bauplan -O json checkout main
bauplan checkout -b main --from-ref {pinned}
bauplan branch create main --from-ref {pinned}
bauplan branch merge {user}.debug_{short}
bauplan branch rm main
bauplan branch delete main
bauplan branch rename main {user}.debug_x
bauplan branch rename {user}.debug_x main
bauplan table import t --search-uri s3://b/x --branch main
bauplan table import t --search-uri s3://b/x
bauplan table create t --search-uri s3://b/x -b main
bauplan table rm t
bauplan table rm t --branch=main
bauplan table revert t --source-ref {pinned} --into-branch main
bauplan namespace create n
bauplan namespace rm n -b main
bauplan run --ref main --project-dir pipeline
bauplan run --ref main@{hash} --project-dir pipeline
bauplan run --project-dir pipeline
bauplan branch create {user}.debug_{short}
bauplan branch create {user}.debug_{short} --from-ref main
bauplan branch create {user}.debug_{short} --from-ref main@abc
bauplan branch create {user}.debug_{short} --from-ref v1.0
bauplan branch create {user}.debug_{short} --from-ref {pinned} --if-not-exists
bauplan checkout -b {user}.debug_{short}
bauplan checkout -b {user}.debug_{short} --from-ref main
""".strip().splitlines()

GIT_DENIED = """
git commit -m 'Fix (job {job})'
git -C . commit -m 'Fix (job {job})'
git commit -am 'Fix (job {job})'
git merge debug/x
git rebase debug/x
git reset --hard HEAD~1
git reset HEAD~1
git cherry-pick HEAD
git revert --no-edit HEAD
git am x.patch
git pull
git pull origin main
git branch -f main HEAD~1
git branch -D main
git branch -d main
git branch -m main old
git branch -M other main
git branch --force main HEAD
git branch --delet main
git update-ref refs/heads/main HEAD~1
git symbolic-ref HEAD refs/heads/main
git fetch origin debug/x:main
git fetch . HEAD:main
git worktree add ../other main
git push
git push origin
git push origin main
git push origin HEAD
git push origin HEAD:main
git push origin debug/x:main
git push origin +debug/x:refs/heads/main
git push origin refs/heads/main
git push origin refs/heads/*:refs/heads/*
git push --all origin
git push --mirror origin
git push --tags
git push origin :main
git push origin --delete main
git push -u origin main
git push origin debug/x main
git tag -f v1 HEAD
git tag -d v1
git switch main
git checkout main
git checkout master
git switch -C main
git checkout -B main
git switch -c debug/x && git switch main && git add -A
""".strip().splitlines()

ALLOWED = """
git switch -c debug/bpln_{short}
git checkout -b debug/bpln_{short}
git switch -c debug/bpln_{short} HEAD
git switch -c debug/bpln_{short} main
bauplan checkout -b {user}.debug_{short} --from-ref {pinned}
bauplan checkout -b {user}.debug_{short} --from-ref @{hash}
bauplan branch create {user}.debug_{short} --from-ref {pinned}
bauplan branch create --from-ref={pinned} {user}.debug_{short}
bauplan checkout {user}.debug_{short}
bauplan branch checkout {user}.debug_{short}
bauplan branch create demo.debug_x --from-ref {pinned} && bauplan checkout demo.debug_x
bauplan query --ref main@{hash} 'SELECT count(*) FROM t'
bauplan branch get main
bauplan branch diff main {user}.debug_{short}
bauplan commit main --max-count 10
git log main
git log --oneline main..HEAD
git diff main
git show main:pipeline/models.py
git branch --list main
git grep -n 'git push origin main'
echo 'never git push origin main'
git switch -c debug/x && git add -A && git commit -m 'Fix (job {job})'
""".strip().splitlines()


@pytest.mark.parametrize("command", BAUPLAN_DENIED + GIT_DENIED)
def test_main_is_never_touched(healing, command: str):
    found = healing.inspected().bash(healing.fill(command))
    assert found.decision == "deny"
    assert {finding.rule for finding in found.findings} & {KEY, "inspect_first"}


@pytest.mark.parametrize("command", ALLOWED)
def test_reading_main_and_leaving_it_is_fine(healing, command: str):
    assert healing.inspected().bash(healing.fill(command)).decision == "allow"


@pytest.mark.parametrize("command", [c for c in GIT_DENIED if "push" in c or "main" in c])
def test_from_the_debug_branch_main_is_as_far_away(healing, command: str):
    found = healing.branched().bash(healing.fill(command))
    assert found.decision == "deny", command


@pytest.mark.parametrize("name", ["trunk", "Trunk"])
def test_the_branch_that_origin_head_names_is_protected(healing, name: str):
    healing.git("branch", "-m", name)
    head = healing.folder / ".git" / "refs" / "remotes" / "origin" / "HEAD"
    head.parent.mkdir(parents=True)
    head.write_text("ref: refs/remotes/origin/trunk\n")
    found = healing.inspected().bash(healing.fill("git commit -m 'Fix (job {job})'"))
    assert KEY in {finding.rule for finding in found.findings}


def test_a_configured_branch_is_protected(healing):
    healing.policy = Policy(protected_branches=frozenset({"main", "prod"}))
    healing.git("switch", "-c", "prod")
    found = healing.inspected().bash(healing.fill("git commit -m 'Fix (job {job})'"))
    assert KEY in {finding.rule for finding in found.findings}
    found = healing.bash("bauplan checkout prod")
    assert KEY in {finding.rule for finding in found.findings}


def test_a_branch_from_another_commit_than_the_pinned_one_is_refused(healing):
    other = "main@" + "77aa" * 16
    found = healing.inspected().bash(f"bauplan branch create demo.debug_x --from-ref {other}")
    assert found.decision == "deny"
    assert f"--from-ref {healing.facts.pinned}" in found.findings[0].do


def test_before_the_pin_no_branch_is_made(healing):
    healing.inspected().knows(pinned="", working_ref="")
    found = healing.bash(healing.fill("bauplan branch create demo.debug_x --from-ref {pinned}"))
    assert found.decision == "deny"
    assert "bpln-tx" in found.findings[0].do


def test_without_any_job_a_branch_starts_from_a_hash_that_was_looked_up(healing):
    command = healing.fill("bauplan branch create demo.debug_x --from-ref {pinned}")
    assert healing.bash(command).decision == "deny"
    healing.knows(hashes=frozenset({"8d3f" * 16}))
    assert healing.bash(command).decision == "allow"


@pytest.mark.parametrize(
    "name",
    ["demo.dev", "demo.debugging", "debug_x", "demo.debug_", "a b.debug_x", "d/x.debug_x"],
)
def test_only_a_debug_branch_becomes_active(healing, name: str):
    found = healing.inspected().bash(f"bauplan checkout '{name}'")
    assert found.decision == "deny"
    assert "demo.debug_3f0c2a9e" in found.findings[0].do


def test_with_main_active_a_run_needs_its_branch_named(healing):
    found = healing.ready().bash("bauplan run --project-dir pipeline")
    assert {finding.rule for finding in found.findings} == {KEY, "inspect_first"}


def test_a_checkout_in_the_same_line_counts_for_what_follows(healing):
    first = "bauplan checkout {user}.debug_{short}"
    run = "bauplan run --project-dir pipeline"
    healing.ready()
    assert healing.bash(healing.fill(f"{first} && {run}")).decision == "allow"
    assert healing.bash(healing.fill(f"{first} ; {run}")).decision == "deny"
    assert healing.bash(healing.fill(f"{first} || {run}")).decision == "deny"


def test_edits_of_the_project_while_head_is_main_are_refused(healing):
    healing.inspected().evidence().knows(bauplan_branch="demo.debug_x")
    found = healing.call("Edit", file_path="pipeline/models.py", old_string="data", new_string="d")
    assert KEY in {finding.rule for finding in found.findings}
    assert "git switch -c debug/bpln_3f0c2a9e" in found.findings[0].do
