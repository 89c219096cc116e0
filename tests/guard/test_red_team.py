"""Ways around the guard that a hostile reader found, and what stands beside each and is right.

Each row is a call, the state of the healing it comes in, the verdict, and the rule that gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline_guard.verdicts import ALLOW, DENY
from tests.guard.conftest import DEBUG, PINNED, Healing

READY, BEGUN, SECRETS = "ready", "begun", "secrets"

COMMANDS = [
    # jq reads options behind --args too
    ("jq --args -n env", READY, DENY, "credentials"),
    ("jq --jsonargs -n '$ENV'", READY, DENY, "credentials"),
    ("jq -n --args '$x' --rawfile x ~/.bauplan/config.yml", READY, DENY, "credentials"),
    ("jq -n --args '$x' --slurpfile x .env", READY, DENY, "credentials"),
    ("jq -n --args '$ARGS.positional' a b", READY, ALLOW, ""),
    ("jq -c 'map({id, env: .env})' out.json", READY, ALLOW, ""),
    ("jq -n '{a: env}'", READY, DENY, "credentials"),
    ("jq -n '{(env | tostring): 1}'", READY, DENY, "credentials"),
    ("jq --arg s Fail '.[] | select(.status == $s)' jobs.json", READY, ALLOW, ""),
    # a setting of git that only begins like a harmless one
    ("git -c core.pager='cat; git push' log", READY, DENY, "tools"),
    ("git -c core.pager=cat log -1", READY, ALLOW, ""),
    # settings of ruff in the place of its options
    ("ruff check --config 'fix = true' pipeline", READY, DENY, "tools"),
    ("ruff check --config=fix=true pipeline", READY, DENY, "tools"),
    ("ruff format --check --config 'cache-dir = \"x\"'", READY, DENY, "tools"),
    ("ruff check --config pyproject.toml pipeline", READY, ALLOW, ""),
    # secrets by way of git, of /proc, of a glob
    ("git log -L1,5:.env", SECRETS, DENY, "credentials"),
    ("git log -L:A:.env", SECRETS, DENY, "credentials"),
    ("git log -L 1,5:pipeline/models.py", SECRETS, ALLOW, ""),
    ("git diff -- '*.env'", SECRETS, DENY, "credentials"),
    ("git diff -- '*.py'", SECRETS, ALLOW, ""),
    ("git grep --untracked A", SECRETS, DENY, "tools"),
    ("grep -d recurse KEY .", SECRETS, DENY, "credentials"),
    ("grep --directories=recurse KEY .", SECRETS, DENY, "credentials"),
    ("grep -d skip KEY pipeline README.md", SECRETS, ALLOW, ""),
    ("diff -N . debug", SECRETS, DENY, "credentials"),
    ("diff -N pipeline debug", SECRETS, ALLOW, ""),
    ("cat .mcp.json", READY, DENY, "credentials"),
    ("cat .git/config", READY, DENY, "credentials"),
    ("cat ~/.claude/settings.json", READY, DENY, "credentials"),
    ("cat pipeline/config settings.json .git/HEAD", READY, ALLOW, ""),
    ("grep -r '' /proc/self", READY, DENY, "credentials"),
    ("grep -ra KEY /proc/1/task", READY, DENY, "credentials"),
    ("cat /etc/shadow", READY, DENY, "credentials"),
    ("cat prod.env", READY, DENY, "credentials"),
    ("cat ~/.cargo/credentials.toml", READY, DENY, "credentials"),
    ("cat ~/.gemini/oauth_creds.json", READY, DENY, "credentials"),
    ("cat ~/.config/github-copilot/hosts.json", READY, DENY, "credentials"),
    ("cat ~/.bash_history", READY, DENY, "credentials"),
    ("cat .streamlit/secrets.toml", READY, DENY, "credentials"),
    ("cat terraform.tfvars", READY, DENY, "credentials"),
    ("cat ~/.dbt/profiles.yml", READY, DENY, "credentials"),
    ("cat id_rsa.bak", READY, DENY, "credentials"),
    ("cat pipeline/environment.yml", READY, ALLOW, ""),
    ("echo $PGPASSWORD", READY, DENY, "credentials"),
    ("echo $MYSQL_PWD", READY, DENY, "credentials"),
    ("echo $SSHPASS", READY, DENY, "credentials"),
    ("echo $GITHUB_PAT", READY, DENY, "credentials"),
    ("echo $DATABASE_URL", READY, DENY, "credentials"),
    ("echo $PASSPHRASE", READY, DENY, "credentials"),
    ("echo $OPENAI_APIKEY $ACCESSKEY $ACCESS_TOKENS", READY, DENY, "credentials"),
    ('echo "$HOME $PATH $PWD $USER"', READY, ALLOW, ""),
    ("key=a; echo $key", READY, ALLOW, ""),
    # a hash is written as every look-up prints it
    ("bauplan query --ref demo.dev@" + "8D3F" * 16 + " 'SELECT 1'", READY, DENY, "pinned_queries"),
    ("bauplan table get nyc.t@main --ref {pinned}", READY, DENY, "pinned_queries"),
    ("bauplan table get nyc.t --ref {pinned}", READY, ALLOW, ""),
    # aggregates by their other names
    ("bauplan query --ref {pinned} 'SELECT bool_and(x > 0) FROM t'", READY, ALLOW, ""),
    ("bauplan query --ref {pinned} 'SELECT x, y FROM t'", READY, DENY, "pinned_queries"),
    # a job id that is a part of another one
    ('git commit -m "xx3f0c2a9eyy"', READY, DENY, "git_only"),
    ('git commit -m "03f0c2a9e"', READY, DENY, "git_only"),
    ('git commit -m "3f0c2a9e-0000-0000-0000-000000000000"', READY, DENY, "git_only"),
    ('git commit -m "Fix bpln_3f0c2a9e"', READY, ALLOW, ""),
    ('git commit -m "Fix (job 3f0c2a9e-dead end)"', READY, ALLOW, ""),
    # two expansions with a blank between them, which the parser counts to the second
    ('a=1; b=2; echo "$a $b"', READY, ALLOW, ""),
    ('echo "$PWD ${HOME}\t$(ls) `pwd` $((1+2))"', READY, ALLOW, ""),
    ('x=$(date); y=$(date); echo "$x $y"', READY, ALLOW, ""),
    ('echo "$PWD \\\n$HOME"', READY, ALLOW, ""),
    ('for t in a b; do echo "$t $t"; done', READY, ALLOW, ""),
    ('echo "$PWD $(git push origin main)"', READY, DENY, "main_branch"),
    ('echo "$PWD `git push origin main`"', READY, DENY, "main_branch"),
    ('echo "$PWD `echo \\`git push\\``"', READY, DENY, "unknown"),
    ('echo "$PWD ${x:-$(git push origin main)}"', READY, DENY, "main_branch"),
    ('echo "$PWD $((a[$(git push)]))"', READY, DENY, "unknown"),
    ('a=git; b="push origin main"; bash -c "$a $b"', READY, DENY, "main_branch"),
    ('echo "$PWD $BAUPLAN_API_KEY"', READY, DENY, "credentials"),
    # in `a && b >f | c` bash pipes b alone: c runs in the folder that a went to
    ("cd .. && echo x 2>/dev/null | cat > debug/summary.md", READY, DENY, "allowed_files"),
    ("cd .. && cat <<EOF | cat > debug/summary.md\nx\nEOF", READY, DENY, "allowed_files"),
    ("cd debug && echo x 2>/dev/null | cat > summary.md", READY, ALLOW, ""),
    ("cd debug && cat <<EOF | cat > summary.md\nx\nEOF", READY, ALLOW, ""),
    # a redirection that fails leaves the shell where it was
    ("cd debug </missing; echo x > summary.md", READY, DENY, "allowed_files"),
    ("</missing cd debug; echo x > summary.md", READY, DENY, "allowed_files"),
    ("{ cd debug; } </missing; echo x > summary.md", READY, DENY, "allowed_files"),
    ("cd debug >&9; echo x > summary.md", READY, DENY, "allowed_files"),
    ("bash -c 'cd debug 2>&1; echo x > summary.md' >&-", READY, DENY, "allowed_files"),
    ("cd debug 2>/dev/null; echo x > summary.md", READY, ALLOW, ""),
    ("cd debug 2>&1; echo x > summary.md", READY, ALLOW, ""),
    # a file number by a variable's name is no word
    ("cat {fd}>/dev/null README.md", READY, DENY, "unknown"),
    ("cat {f\\\nd}</dev/null README.md", READY, DENY, "unknown"),
    ("cat {README,missing}.md >/dev/null", READY, ALLOW, ""),
    ("git log {a,b}>/dev/null", READY, ALLOW, ""),
    # bash's own word time runs a builtin in this shell, the program of that name does not
    ("time cd ..; echo x > debug/summary.md", READY, DENY, "allowed_files"),
    ("time -p cd debug; echo x > summary.md", READY, DENY, "allowed_files"),
    ("time export PATH=.; ls", READY, DENY, "account"),
    ("time cd pipeline; ls", READY, ALLOW, ""),
    # sh knows no ~+, and the parser loses the $ before a backtick
    ("sh -c 'mkdir -p ~+/debug/job'", READY, DENY, "unknown"),
    ('mkdir -p "$`echo debug/job`"', READY, DENY, "unknown"),
    ('mkdir -p "`echo debug/job`" "$(echo debug/job)"', READY, ALLOW, ""),
    # a here-document's delimiter goes on to the end of its word
    ("cat <<'EOF'! debug/summary.md\nx\nEOF\nls", READY, DENY, "unknown"),
    ("cat <<'EOF'>debug/summary.md\nx\nEOF\nls", READY, ALLOW, ""),
    # find -execdir runs in the folder of each file that it finds
    ("find ~ -name config.yml -execdir cat config.yml ';'", READY, DENY, "unknown"),
    ("find . -okdir ls ';'", READY, DENY, "unknown"),
    ("find . -name '*.md' -exec cat {} ';'", READY, ALLOW, ""),
    # zsh expands flags before a name, and takes more numbers for arithmetic
    ('X=--output=pipeline/models.py; git log "$=X"', READY, DENY, "unknown"),
    ("[ 'a[$(git push)]' -eq 1 ]", READY, DENY, "tools"),
    ("printf %d 'a[$(git push)]'", READY, DENY, "tools"),
    ("true; return 'a[$(git push)]'", READY, DENY, "unknown"),
    ("grep \"a$\" README.md; printf '[%s]' 'a[0]'", READY, ALLOW, ""),
]


@pytest.mark.parametrize(("command", "state", "decision", "rule"), COMMANDS)
def test_a_command(healing: Healing, command: str, state: str, decision: str, rule: str) -> None:
    """What a command may do does not hang on how it is spelled."""
    found = _in(state, healing).bash(command.replace("{pinned}", PINNED))
    assert found.decision == decision, found
    assert not rule or rule in {finding.rule for finding in found.findings}


CALLS: list[tuple[str, Mapping[str, Any], str]] = [
    ("WebSearch", {"query": "bauplan"}, DENY),
    ("Skill", {"skill": "another"}, DENY),
    ("Skill", {"command": "another"}, DENY),
    ("Skill", {}, DENY),
    ("Skill", {"skill": "self-healing-pipeline"}, ALLOW),
    ("Skill", {"skill": "self-healing-pipeline:self-healing-pipeline"}, ALLOW),
    ("Task", {"prompt": "look", "isolation": "worktree"}, DENY),
    ("Agent", {"prompt": "look", "mode": "bypassPermissions"}, DENY),
    ("Agent", {"prompt": "look", "team_name": "x", "name": "y"}, DENY),
    ("Skill", {"skill": "self-healing-pipeline", "args": " off"}, DENY),
    ("Skill", {"skill": "self-healing-pipeline", "args": "3f0c2a9e"}, ALLOW),
    ("Agent", {"prompt": "look", "description": "x", "subagent_type": "Explore"}, ALLOW),
    ("mcp__bauplan__create_branch", {"branch": [DEBUG], "from_ref": PINNED}, DENY),
    ("mcp__bauplan__create_branch", {"from_ref": PINNED}, DENY),
    ("mcp__bauplan__create_branch", {"branch": DEBUG, "from_ref": PINNED}, ALLOW),
    ("Grep", {"pattern": "", "path": "/proc/self"}, DENY),
    ("Read", {"file_path": "~/.cursor/mcp.json"}, DENY),
    ("mcp__bauplan__get_table", {"table": "t@main", "ref": PINNED}, DENY),
    ("mcp__bauplan__get_table", {"table": "t", "ref": PINNED}, ALLOW),
]


@pytest.mark.parametrize(("tool", "arguments", "decision"), CALLS)
def test_a_tool(healing: Healing, tool: str, arguments: Mapping[str, Any], decision: str) -> None:
    """A tool of the runtime does what the skill needs of it, and no more."""
    found = healing.ready().call(tool, **arguments)
    assert found.decision == decision, found


PROJECT = "project:\n  id: a\n  name: b\n"
WRITES = [
    ("bauplan_project.yml", PROJECT.replace("id: a", "id: other"), DENY),
    ("bauplan_project.yml", "project:\n  name: b\n", DENY),
    ("bauplan_project.yml", "", DENY),
    ("bauplan_project.yml", f"{PROJECT}defaults:\n  python_version: '3.12'\n", ALLOW),
    # the id is what a YAML reader finds, and finds once
    ("bauplan_project.yml", "project:\n  x:\n    id: a\n  id: other\n", DENY),
    ("bauplan_project.yml", "project:\n  name: |\n    id: a\n  id: other\n", DENY),
    ("bauplan_project.yml", f"{PROJECT}project:\n  id: other\n", DENY),
    ("bauplan_project.yml", PROJECT.replace("id: a", "id: a\n  'id': other"), DENY),
    ("bauplan_project.yml", "project: {name: c, id: a}\n", ALLOW),
    ("bauplan_project.yml", f"{PROJECT}include_paths: [../.env]\n", DENY),
    ("bauplan_project.yml", f"{PROJECT}x:\n  - y: ~/.ssh/id_rsa\n", DENY),
    ("bauplan_project.yml", f"{PROJECT}include_paths: [parts/*.sql]\n", ALLOW),
    ("late.sql", "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a\n", DENY),
    ("late.sql", "WITH a AS (DELETE FROM t RETURNING 1) SELECT * FROM a\n", DENY),
    ("late.sql", "SELECT update_date, 'drop table x' AS y FROM inserted_rows\n", ALLOW),
    ("late.sql", "COPY daily_delays TO 'x.csv'\n", DENY),
    ("late.sql", "DROP TABLE daily_delays\n", DENY),
    ("late.sql", "SELECT 1; DELETE FROM daily_delays\n", DENY),
    ("late.sql", "", DENY),
    (
        "late.sql",
        "-- bauplan: name=late\n/* a; b */\nWITH a AS (SELECT 1) SELECT ';' FROM a;\n",
        ALLOW,
    ),
    ("models.py", "\n", DENY),
    ("nested/models.py", "def f():\n    return 2\n", DENY),
    ("parts/models.py", "def f():\n    return 2\n", ALLOW),
]


@pytest.mark.parametrize(("name", "text", "decision"), WRITES)
def test_a_write(healing: Healing, name: str, text: str, decision: str) -> None:
    """An edit of the project is an edit of the failing project's code."""
    healing.write("pipeline/nested/bauplan_project.yml", PROJECT)
    for folder in ("nested", "parts"):
        healing.write(f"pipeline/{folder}/models.py", "def f():\n    return 1\n")
    healing.git("add", "-A")
    healing.git("commit", "-qm", "More")
    found = healing.ready().call("Write", file_path=str(healing.project / name), content=text)
    assert found.decision == decision, found


def test_ruff_may_be_configured_to_fix_what_it_finds(healing: Healing) -> None:
    """The person's own configuration turns a check into an edit past the gate."""
    healing.ready()
    base = healing.write("base.toml", "fix = true\n")
    assert healing.bash("ruff check pipeline").decision == ALLOW
    assert healing.bash(f"ruff check --config {base} pipeline").decision == DENY
    for name, text in (
        ("ruff.toml", "fix = true\n"),
        ("pyproject.toml", "[tool.ruff]\nfix-only = true\n"),
        (".ruff.toml", 'extend = "base.toml"\n'),
        ("../home/.config/ruff/ruff.toml", "fix = true\n"),
    ):
        file = healing.write(name, text)
        assert healing.bash("ruff check pipeline").decision == DENY, name
        assert healing.bash("cd pipeline && ruff check models.py").decision == DENY, name
        assert healing.bash("ruff check --no-fix pipeline").decision == ALLOW, name
        assert healing.bash("ruff format --check pipeline").decision == ALLOW, name
        file.unlink()


def test_an_edit_that_no_commit_would_have(healing: Healing) -> None:
    """A module that git ignores would change the run and leave no trace; one it tracks does not."""
    healing.write(".gitignore", "local.py\nexpectations.py\nmodels.py\n")
    healing.write("pipeline/local.py", "LIMIT = 1\n")
    healing.git("add", ".gitignore")
    healing.git("commit", "-qm", "Ignore")
    healing.ready()
    changed = {"file_path": str(healing.project / "local.py"), "content": "LIMIT = 2\n"}
    assert healing.call("Write", **changed).decision == DENY
    new = {"file_path": str(healing.project / "expectations.py"), "content": "import bauplan\n"}
    assert healing.call("Write", **new).decision == DENY
    tracked = {"old_string": '"dep_delay"', "new_string": '"arr_delay"'}
    models = str(healing.project / "models.py")
    assert healing.call("Edit", file_path=models, **tracked).decision == ALLOW


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_branch_that_only_a_remote_has_is_other_code(
    healing: Healing, tmp_path: Path, is_packed: bool
) -> None:
    """`git switch debug/x` makes it from origin/debug/x, where no local one is."""
    healing.git("branch", "debug/theirs")
    healing.git("clone", "-q", "--bare", ".", str(tmp_path / "origin.git"))
    healing.git("branch", "-D", "debug/theirs")
    healing.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    healing.git("fetch", "-q", "origin")
    if is_packed:
        healing.git("pack-refs", "--all")
    healing.ready()
    assert healing.bash("git switch debug/theirs").decision == DENY
    assert healing.bash("git checkout debug/theirs").decision == DENY
    assert healing.bash(f"git switch {healing.git('branch', '--show-current')}").decision == ALLOW
    assert healing.bash("git switch debug/none || git switch -c debug/none").decision == ALLOW


TRACKED = [
    ("git log -p", DENY),
    ("git log -p -3 -- .", DENY),
    ("git log --all -U0", DENY),
    ("git log -p -- ':!README.md'", DENY),
    ("git log -p -S KEY", DENY),
    ("git log --oneline -5", ALLOW),
    ("git log --stat", ALLOW),
    ("git log -p -- pipeline", ALLOW),
    ("git log -p -1", ALLOW),
    ("git show HEAD~1", DENY),
    ("git show --stat HEAD~1", ALLOW),
    ("git show --stat -p HEAD~1", DENY),
    ("git show HEAD~1 -- pipeline", ALLOW),
    ("git show HEAD", ALLOW),
    ("git show HEAD:pipeline/models.py", ALLOW),
    ("git show {blob}", DENY),
    ("git diff {blob} HEAD:README.md", DENY),
    ("git grep KEY {blob}", DENY),
    ("git diff HEAD~2", DENY),
    ("git diff HEAD~2 --name-only", ALLOW),
    ("git diff", DENY),
    ("git diff -- pipeline", ALLOW),
    ("git status -v", DENY),
    ("git commit --dry-run -v -m 'Fix (job 3f0c2a9e)'", DENY),
    ("git status --short", ALLOW),
    ("git grep KEY", DENY),
    ("git grep KEY HEAD", DENY),
    ("git grep -e KEY HEAD~1", DENY),
    ("git grep KEY -- ':/'", DENY),
    ("git grep KEY -- '*.py'", ALLOW),
    ("git grep KEY HEAD -- pipeline", ALLOW),
    ("git grep KEY HEAD~2", ALLOW),
]


@pytest.mark.parametrize(("command", "decision"), TRACKED)
def test_git_shows_no_secret_that_somebody_committed(
    healing: Healing, command: str, decision: str
) -> None:
    """A patch, a search or an object's hash prints a tracked `.env` as well as `cat` does."""
    healing.write(".env.example", "KEY=\n")
    healing.git("add", "-A")
    healing.git("commit", "-qm", "A template")
    healing.write(".env", "KEY=secret\n")
    healing.git("add", "-A")
    healing.git("commit", "-qm", "A secret")
    healing.write("README.md", "More\n")
    healing.git("commit", "-qam", "A fix")
    healing.ready().write(".env", "KEY=other\n")
    healing.git("add", ".env")
    healing.write(".env", "KEY=another\n")
    found = healing.bash(command.replace("{blob}", healing.git("rev-parse", "HEAD:.env")))
    assert found.decision == decision, found


def test_a_search_passes_no_file_that_is_known_for_its_secrets(healing: Healing) -> None:
    """A folder is searched as freely as its files may be read."""
    healing.ready().write("deploy/.npmrc", "//registry/:_authToken=x\n")
    assert healing.bash("grep -r token deploy").decision == DENY
    assert healing.call("Grep", pattern="token").decision == DENY
    assert healing.call("Grep", pattern="token", path=str(healing.project)).decision == ALLOW


def _in(state: str, healing: Healing) -> Healing:
    if state == BEGUN:
        return healing
    if state == SECRETS:
        healing.write(".env", "A=b\n")
    return healing.ready()
