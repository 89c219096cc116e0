"""Rule 2: code changes on a debug branch, in commits with the job id, and nothing else in them."""

from __future__ import annotations

import pytest

KEY = "git_only"
FIX = "git commit -m 'Fix (job {job})'"


def keys(found) -> set[str]:
    return {finding.rule for finding in found.findings}


REWRITES = """
git commit --amend -m 'Fix (job {job})'
git commit --amend --no-edit
git commit --am --no-edit
git commit -m 'Fix (job {job})' --no-verify
git commit -n -m 'Fix (job {job})'
git commit -nm 'Fix (job {job})'
git commit --fixup HEAD
git commit --squash=HEAD -m 'Fix (job {job})'
git commit --allow-empty -m 'Fix (job {job})'
git commit -C HEAD
git commit -c HEAD
git commit -F message.txt
git commit --file=-
git commit -t template -m 'Fix (job {job})'
git commit -m 'Fix (job {job})' -e
git commit -p -m 'Fix (job {job})'
git commit --interactive
git commit --cleanup=strip -m '# job {job}'
git rebase -i HEAD~2
git rebase main
git merge --squash debug/y
git reset --hard
git reset --hard HEAD~1
git reset --soft HEAD~1
git reset pipeline/models.py
git stash
git stash pop
git restore pipeline/models.py
git restore --source HEAD~1 .
git checkout -- pipeline/models.py
git checkout HEAD -- pipeline/models.py
git checkout debug/bpln_{short} -- pipeline/models.py
git checkout -f debug/bpln_{short}
git switch --discard-changes debug/bpln_{short}
git switch --detach HEAD
git switch --orphan debug/new
git switch -C debug/bpln_{short}
git checkout -B debug/bpln_{short}
git checkout -p
git cherry-pick HEAD
git filter-branch --tree-filter 'rm x' HEAD
git rm pipeline/models.py
git mv pipeline/models.py pipeline/old.py
git apply fix.patch
git am fix.patch
git update-index --assume-unchanged pipeline/models.py
git read-tree HEAD
git push --force origin debug/bpln_{short}
git push -f origin debug/bpln_{short}
git push --force-with-lease origin debug/bpln_{short}
git push origin +debug/bpln_{short}
git push --no-verify origin debug/bpln_{short}
""".strip().splitlines()

OTHER_DENIED = """
git commit
git commit -a
git commit -m 'Fix it'
git commit -m 'Fix' -m 'no id'
git commit -m '# job {job}'
git -c user.name=x commit -m 'Fix (job {job})'
git -c core.hooksPath=/dev/null commit -m 'Fix (job {job})'
git --git-dir=/tmp/x/.git commit -m 'Fix (job {job})'
git add -f .env
git add -i
git add -p
git add --chmod=+x pipeline/models.py
git add ':/'
git add ':(top)*'
git checkout debug/summary.md
git checkout debug/../pipeline/models.py
git checkout pipeline/models.py
git checkout .
git checkout HEAD~1
git checkout -
git switch -
git switch -c fix
git switch -c debug/x HEAD~1
git switch -c debug/x some-tag
git switch -c debug/..
git revert HEAD
git revert --no-edit HEAD
git revert --no-edit HEAD~1
git revert --no-commit HEAD
git revert --abort
git config user.name x
git config --get user.name
git config alias.x '!sh'
git remote add evil https://example.com/x
git clone https://example.com/x
git init
git submodule update
git bisect run sh
git gc
git reflog expire --all
git notes add -m x
git archive -o x.zip HEAD
git bundle create x HEAD
git format-patch HEAD~1
git difftool
git mergetool
git hook run pre-commit
git x
git st
git daemon
git credential fill
git for-each-ref --shell
git log --ext-diff -p
git diff --ext-diff
git diff --textconv
git diff --no-index /etc/passwd /dev/null
git diff /etc/passwd /dev/null
git diff ../../../etc/passwd pipeline/models.py
git show --output=x
git log --outpu=x
git log -1 --output x
git grep -O x
git grep --open-files-in-pager=vi x
git grep -f /etc/passwd
git grep --no-index x /etc
git blame -S /etc/passwd README.md
git blame --contents /etc/passwd README.md
git ls-files -X /etc/passwd
git show HEAD:.env
git diff -- .env
git log -p -- ~/.ssh/id_rsa
git push origin debug/bpln_{short}:other
git push origin HEAD
git push https://example.com/x debug/bpln_{short}
git push ../other debug/bpln_{short}
git push origin debug/bpln_{short} debug/y
git push origin --receive-pack=evil debug/bpln_{short}
git push origin refs/heads/debug/bpln_{short}:refs/heads/debug/bpln_{short}
git branch new
git branch debug/new
git branch -c debug/a debug/b
git branch --edit-description
git branch -u origin/main
git fetch origin
git remote -v
""".strip().splitlines()


@pytest.mark.parametrize("command", REWRITES)
def test_history_and_working_tree_are_not_rewritten(healing, command: str):
    found = healing.ready().bash(healing.fill(command))
    assert found.decision == "deny"
    assert keys(found) & {KEY, "main_branch"}


@pytest.mark.parametrize("command", OTHER_DENIED)
def test_a_git_call_that_no_step_needs_is_denied(healing, command: str):
    assert healing.ready().bash(healing.fill(command)).decision == "deny"


ALLOWED = """
git
git --version
git status
git status --short --branch
git status -sb --porcelain=v2 -uall
git log
git log --oneline -5
git log -p -3 -- pipeline/models.py
git log --since='2 days ago' --author=me --grep 'job' --stat
git log --graph --all --decorate
git log --pretty=format:'%h %s' -n 3
git log main..HEAD
git diff
git diff --stat
git diff --cached
git diff HEAD -- pipeline
git diff main...HEAD
git diff HEAD~1 HEAD -U5 --name-only
git show
git show HEAD --stat
git show HEAD:pipeline/models.py
git blame -L 1,5 pipeline/models.py
git grep -n dep_delay
git grep -nE 'dep_(delay|time)' -- '*.py'
git grep -e a --and -e b
git rev-parse HEAD
git rev-parse --show-toplevel
git rev-parse --abbrev-ref HEAD
git rev-parse --short HEAD
git ls-files
git ls-files -m -o --exclude-standard
git branch
git branch --show-current
git branch --list
git branch --list 'debug/*'
git branch -a
git branch -vv
git branch --contains HEAD
git --no-pager log -1
git -c color.ui=never status
git -C . status
git -C pipeline log -1
git switch debug/bpln_{short}
git checkout debug/bpln_{short}
git switch -c debug/second
git add pipeline/models.py
git add -A
git add .
git add -u
git add pipeline debug
git add -- pipeline/models.py
git add 'pipeline/*.py'
git add -n .
git add debug/job/{job}.md
git commit -m 'Fix (job {job})'
git commit -m 'Fix (job {short})'
git commit -am 'Fix (job {job})'
git commit -a -m 'Fix' -m 'Job: {job}'
git commit -qm 'Fix (job {job})'
git commit --message='Fix (job {job})' -- pipeline/models.py
git commit -m 'Fix (job {job})' pipeline/models.py
git commit -s -m 'Fix (job {job})'
git commit --dry-run -m 'Fix (job {job})'
git add pipeline/models.py && git commit -m 'Fix (job {job})'
""".strip().splitlines()


@pytest.mark.parametrize("command", ALLOWED)
def test_reads_and_the_workflows_own_steps_pass(healing, command: str):
    healing.ready()
    (healing.project / "models.py").write_text("import bauplan\n")
    found = healing.bash(healing.fill(command))
    assert found.decision == "allow", found


def test_the_debug_branch_is_pushed_only_with_the_persons_consent(healing):
    found = healing.ready().bash(healing.fill("git push -u origin debug/bpln_{short}"))
    assert found.decision == "ask"
    healing.policy = healing.policy._replace(push="deny")
    assert healing.bash(healing.fill("git push origin debug/bpln_{short}")).decision == "deny"


def test_a_commit_off_the_debug_branch_is_refused(healing):
    healing.git("switch", "--quiet", "-c", "feature")
    found = healing.inspected().bash(healing.fill(FIX))
    assert KEY in keys(found)
    assert "git switch -c debug/bpln_3f0c2a9e" in found.findings[0].do


def test_a_commit_on_a_detached_head_is_refused(healing):
    healing.git("switch", "--quiet", "--detach")
    assert KEY in keys(healing.inspected().bash(healing.fill(FIX)))


def test_without_a_job_the_message_names_the_pinned_hash(healing):
    healing.branched().knows(job="")
    assert healing.bash("git commit -m 'Fix (data 8d3f8d3f)'").decision == "allow"
    assert KEY in keys(healing.bash("git commit -m 'Fix it'"))


def test_before_anything_is_known_there_is_no_commit(healing):
    healing.git("switch", "--quiet", "-c", "debug/x")
    assert KEY in keys(healing.bash("git commit -m 'Fix (job 12345678)'"))


def test_a_commit_holds_nothing_outside_the_project(healing):
    healing.ready().knows(code_changed=True)
    healing.write("README.md", "changed\n")
    healing.git("add", "README.md")
    found = healing.bash(healing.fill(FIX))
    assert KEY in keys(found)
    assert "README.md" in found.findings[0].saw
    healing.git("reset", "--quiet")
    assert healing.bash(healing.fill(FIX)).decision == "allow"
    assert KEY in keys(healing.bash(healing.fill("git commit -am 'Fix (job {job})'")))
    assert KEY in keys(healing.bash(healing.fill(FIX + " README.md")))


@pytest.mark.parametrize("command", ["git add README.md", "git add -A", "git add .", "git add -u"])
def test_nothing_outside_the_project_is_staged(healing, command: str):
    healing.ready().knows(code_changed=True)
    healing.write("README.md", "changed\n")
    assert KEY in keys(healing.bash(command))
    assert healing.bash("git add pipeline debug").decision == "allow"


def test_a_secret_is_never_staged(healing):
    healing.ready()
    healing.write("pipeline/.env", "KEY=1\n")
    for command in ("git add -A", "git add pipeline", "git add pipeline/.env"):
        assert "credentials" in keys(healing.bash(command)), command
    assert healing.bash("git add pipeline/models.py").decision == "allow"


class TestSnapshot:
    """The person's own changes become one commit before the first edit."""

    def edit(self, healing):
        return healing.call(
            "Edit", file_path="pipeline/models.py", old_string="dep_delay", new_string="dep"
        )

    def test_a_clean_tree_needs_none(self, healing):
        assert self.edit(healing.ready()).decision == "allow"

    @pytest.mark.parametrize("name", ["pipeline/late.sql", "pipeline/new.sql", "README.md"])
    def test_a_dirty_tree_is_saved_first(self, healing, name: str):
        healing.ready()
        healing.write(name, "SELECT 1\n")
        found = self.edit(healing)
        assert KEY in keys(found)
        assert "Snapshot" in found.findings[0].do
        assert self.edit(healing.knows(code_changed=True)).decision == "allow"

    def test_a_commit_of_something_else_does_not_stand_for_it(self, healing):
        healing.ready().knows(snapshot_done=True, commits=("a" * 40,))
        healing.write("pipeline/late.sql", "SELECT 1\n")
        assert KEY in keys(self.edit(healing))

    def test_untracked_files_elsewhere_are_the_persons_business(self, healing):
        healing.ready()
        healing.write("notes/todo.txt", "x\n")
        assert self.edit(healing).decision == "allow"

    def test_it_may_hold_tracked_changes_anywhere(self, healing):
        healing.ready()
        healing.write("README.md", "changed\n")
        assert healing.bash("git add -u").decision == "allow"
        healing.git("add", "-u")
        message = healing.fill("git commit -m 'Snapshot (job {job})'")
        assert healing.bash(message).decision == "allow"
        assert KEY in keys(healing.knows(code_changed=True).bash(message))

    def test_it_takes_no_untracked_file_outside_the_project(self, healing):
        healing.ready()
        healing.write("notes.txt", "x\n")
        assert KEY in keys(healing.bash("git add -A"))
        assert healing.bash("git add -u && git add pipeline").decision == "allow"


def test_own_commits_may_be_reverted_and_no_others(healing):
    healing.ready()
    before = healing.git("rev-parse", "HEAD")
    healing.write("pipeline/late.sql", "SELECT 2\n")
    healing.git("commit", "-aqm", "Fix")
    own = healing.git("rev-parse", "HEAD")
    healing.knows(commits=(own,), code_changed=True)
    for word in (own, own[:10], "HEAD"):
        assert healing.bash(f"git revert --no-edit {word}").decision == "allow", word
    for word in (before, before[:10], "HEAD~1", own[:3], "main"):
        assert KEY in keys(healing.bash(f"git revert --no-edit {word}")), word
    assert KEY in keys(healing.bash(f"git revert {own}"))


def test_a_run_needs_its_changes_committed(healing):
    run = healing.fill("bauplan run --project-dir pipeline --ref demo.debug_{short}")
    healing.ready()
    assert healing.bash(run).decision == "allow"
    healing.write("pipeline/late.sql", "SELECT 2\n")
    found = healing.bash(run)
    assert KEY in keys(found)
    assert "git add pipeline/late.sql" in found.findings[0].do


@pytest.mark.parametrize(
    "before",
    [
        "git add -A && git commit -m 'Fix (job {job})' &&",
        "git switch debug/bpln_{short};",
        "cat > pipeline/late.sql <<'EOF'\nSELECT 2\nEOF\n",
    ],
)
def test_a_run_in_the_line_that_changes_the_code_is_refused(healing, before: str):
    run = "bauplan run --project-dir pipeline --ref demo.debug_{short}"
    assert KEY in keys(healing.ready().bash(healing.fill(f"{before} {run}")))


def test_another_repository_is_none_of_the_sessions(healing, tmp_path):
    healing.ready()
    other = tmp_path / "other"
    other.mkdir()
    for command in (f"git -C {other} status", f"cd {other} && git log"):
        assert healing.bash(command).decision == "deny"
    assert healing.bash("cd pipeline && git log").decision == "allow"


def test_without_a_repository_nothing_is_edited(tmp_path, healing):
    bare = type(healing)(tmp_path / "bare").inspected().evidence()
    bare.knows(bauplan_branch="demo.debug_x")
    found = bare.call("Edit", file_path="pipeline/models.py", old_string="delay", new_string="d")
    assert KEY in keys(found)
    assert "code_run" in found.findings[0].do
