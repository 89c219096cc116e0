"""Rules 5, 7 and 8, and secrets: what is written, removed, run and read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline_guard.effects import DeletePath, MakeFolder, RunProgram, WritePath

JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"


def keys(found) -> set[str]:
    return {finding.rule for finding in found.findings}


class TestFiles:
    """Rule 7."""

    @pytest.mark.parametrize(
        "name",
        [
            "NOTES.md",
            "docs/schema.md",
            "/tmp/x.md",
            "~/x.md",
            "../x.md",
            "debug/../NOTES.md",
            "debug/notes.md",
            "debug/job/other-job-id.md",
            "debug/job/sub/x.md",
            f"debug/job/{JOB}.txt",
            f"debug/{JOB}.md",
            "debug/data_snapshot/x.csv",
            "debug/data_snapshot/../../x.md",
            "debug/data_snapshot/a/b.md",
            "debug/Summary.md",
            "debug/summary.md.bak",
            "debug/check.py",
            "pipeline/NOTES.md",
            "pipeline/new_model.py",
            "pipeline/new.sql",
            "pipeline/conftest.py",
            "pipeline/sub/expectations.py",
            "pipeline/Expectations.py",
            "pipeline/data.csv",
            "pipeline/.env",
            "pipeline/.claude/settings.json",
            "pipeline/.venv/lib/x.py",
            "pipeline/.self-heal.yml",
            ".self-heal.yml",
            ".claude/settings.local.json",
            ".mcp.json",
            ".git/hooks/pre-commit",
            ".git/config",
            ".git/HEAD",
            "pipeline/.git/config",
            ".gitattributes",
            ".gitignore",
            "README.md",
            "~/.local/state/self-healing-pipeline/armed/x",
            "~/.bashrc",
        ],
    )
    def test_a_stray_file_is_refused_by_every_tool_that_writes(self, healing, name: str):
        healing.ready()
        for found in (
            healing.call("Write", file_path=name, content="x\n"),
            healing.bash(f"echo x > {name}"),
        ):
            assert found.decision == "deny"
            assert keys(found) & {"allowed_files", "no_scripts"}, name

    @pytest.mark.parametrize(
        "name",
        [f"debug/job/{JOB}.md", "debug/data_snapshot/nyc.flights.md", "debug/summary.md"],
    )
    def test_the_three_kinds_of_report_are_written_at_any_time(self, healing, name: str):
        healing.inspected()
        assert healing.call("Write", file_path=name, content="# x\n").decision == "allow"
        assert healing.bash(f"cat > {name} <<'EOF'\n# x\nEOF").decision == "allow"

    def test_before_the_job_is_known_a_job_report_may_have_any_id(self, healing):
        found = healing.call("Write", file_path=f"debug/job/{JOB}.md", content="# x\n")
        assert found.decision == "allow"

    @pytest.mark.parametrize(
        "command",
        [
            "cp pipeline/models.py backup.py",
            "mv pipeline/models.py old.py",
            "ln -s / pipeline/root",
            "tee NOTES.md",
            "touch x",
            "git diff --output=x.patch",
            "git log -1 --output x.txt",
            "tar xf x.tar",
            "unzip x.zip",
            "curl -o x https://docs.bauplanlabs.com",
            "wget https://docs.bauplanlabs.com",
            "bauplan job logs x &> log.txt",
            "bauplan job logs x >> debug/log.txt",
            "sort -o x y",
            "mkdir -p pipeline/new",
            "mkdir x",
            "mkdir -p debug/other",
            "install a b",
            "dd if=a of=b",
            "split x",
            "patch < x",
            "truncate -s 0 pipeline/models.py",
            "chmod +x pipeline/models.py",
            "crontab x",
            "echo x > >(cat > y)",
        ],
    )
    def test_every_program_that_writes_elsewhere_is_refused(self, healing, command: str):
        assert healing.ready().bash(command).decision == "deny"

    def test_a_symlink_out_of_the_project_is_followed(self, healing, tmp_path):
        healing.ready()
        outside = tmp_path / "outside.py"
        outside.write_text("x = 1\n")
        (healing.project / "expectations.py").symlink_to(outside)
        found = healing.call("Write", file_path="pipeline/expectations.py", content="y = 1\n")
        assert "allowed_files" in keys(found)

    def test_a_symlinked_debug_folder_is_no_way_out(self, healing, tmp_path):
        healing.inspected()
        (tmp_path / "elsewhere").mkdir()
        (healing.folder / "debug").symlink_to(tmp_path / "elsewhere")
        found = healing.call("Write", file_path="debug/summary.md", content="# x\n")
        assert "allowed_files" in keys(found)

    def test_a_folder_by_another_tool_is_refused(self, healing):
        found = healing.inspected().judge(MakeFolder(str(healing.folder / "out")))
        assert keys(found) == {"allowed_files"}

    def test_removing_a_file_elsewhere_is_refused(self, healing):
        found = healing.inspected().judge(DeletePath("/etc/hosts"))
        assert keys(found) == {"allowed_files"}


EXPECTATION = """import bauplan


@bauplan.expectation()
def test_a(data=bauplan.Model("t")):
    assert data
    return True
"""


class TestCode:
    """Edits of the pipeline, past the gate."""

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("models.py", 'data.select(["dep_delay"])', 'data.select(["dep_delay", "carrier"])'),
            ("late.sql", "SELECT *", "SELECT dep_delay"),
            ("bauplan_project.yml", "name: b", "name: c"),
        ],
    )
    def test_models_sql_and_configuration_are_edited(self, healing, name, old, new):
        healing.ready()
        path = f"pipeline/{name}"
        edit = {"old_string": old, "new_string": new}
        assert healing.call("Edit", file_path=path, **edit).decision == "allow"
        assert healing.call("MultiEdit", file_path=path, edits=[edit]).decision == "allow"
        text = (healing.project / name).read_text().replace(old, new)
        assert healing.call("Write", file_path=path, content=text).decision == "allow"

    def test_expectations_may_be_a_new_file(self, healing):
        text = EXPECTATION
        found = healing.ready().call("Write", file_path="pipeline/expectations.py", content=text)
        assert found.decision == "allow"

    @pytest.mark.parametrize(
        "new",
        [
            "    print(data.schema)\n",
            "    print(data)\n    print(len(data))\n",
            "    for row in data:\n        print(row)\n",
            "    import logging\n    logging.info(data)\n",
            "    open('/tmp/x', 'w').write(str(data))\n",
            "    import subprocess\n    subprocess.run(['ls'])\n",
            "    __import__('os').system('ls')\n",
            "    import os\n    os.system('ls')\n",
            "    from os import system\n    data.to_pandas().to_csv('x.csv')\n",
            "    import pyarrow.parquet as pq\n    pq.write_table(data, 'x')\n",
            "    import bauplan\n    bauplan.Client().query('SELECT 1')\n",
            "    import requests\n    requests.post('https://x', data=str(data))\n",
            "    exec('print(1)')\n",
            "    return ((\n",
        ],
    )
    def test_a_script_in_the_clothes_of_a_model_is_refused(self, healing, new: str):
        healing.ready()
        old = '    return data.select(["dep_delay"])\n'
        for tool, arguments in (
            ("Edit", {"old_string": old, "new_string": new + old}),
            ("MultiEdit", {"edits": [{"old_string": old, "new_string": new + old}]}),
            ("Write", {"content": healing.project.joinpath("models.py").read_text() + "\n" + new}),
        ):
            found = healing.call(tool, file_path="pipeline/models.py", **arguments)
            assert "no_scripts" in keys(found), tool

    def test_a_print_beside_a_real_fix_is_pipeline_code(self, healing):
        found = healing.ready().call(
            "Edit",
            file_path="pipeline/models.py",
            old_string='    return data.select(["dep_delay"])\n',
            new_string='    print(data.num_rows)\n    return data.select(["carrier"])\n',
        )
        assert found.decision == "allow"

    def test_a_write_that_cannot_be_seen_is_refused(self, healing):
        healing.ready()
        found = healing.judge(WritePath(str(healing.project / "models.py"), "tee", None))
        assert "unknown" in keys(found)


SCRIPTS = """
python -c 'print(1)'
python3 - <<'EOF'
python3.11 check.py
./.venv/bin/python check.py
/usr/bin/env python3 -c 1
python -m pytest
ipython
jupyter nbconvert x.ipynb
node -e 1
perl -e 1
ruby -e 1
php -r 1
awk '{print $1}' x
gawk -f x
bash x.sh
sh x.sh
./x.sh
./check.py
duckdb x.db
duckdb -c 'SELECT 1'
sqlite3 x.db
psql -c 'SELECT 1'
Rscript x.R
sed -i s/a/b/ pipeline/models.py
sed 's/a/b/w out' x
uv run python check.py
uv run check.py
uv run --no-sync python -c 1
xargs -n1 python -c
find . -name '*.py' -exec python {} ;
echo 'print(1)' | python
echo 'ls' | sh
python <(echo 'print(1)')
timeout 5 python check.py
nohup node x.js
make test
""".strip().splitlines()


@pytest.mark.parametrize("command", SCRIPTS)
def test_no_interpreter_runs(healing, command: str):
    command = command + "\nprint(1)\nEOF" if command.endswith("<<'EOF'") else command
    found = healing.ready().bash(command)
    assert found.decision == "deny"
    assert keys(found) & {"no_scripts", "unknown", "tools"}


@pytest.mark.parametrize("name", ["check.py", "x.sh", "x.ipynb", "q.sql", "pipeline/probe.py"])
def test_no_script_is_written(healing, name: str):
    healing.ready()
    assert "no_scripts" in keys(healing.call("Write", file_path=name, content="1\n"))
    if name.endswith(".ipynb"):
        found = healing.call("NotebookEdit", notebook_path=name, new_source="print(1)")
        assert "no_scripts" in keys(found)


@pytest.mark.parametrize("program", ["python3.12", "/opt/bin/pypy3", "NODE", "awk", "R"])
def test_an_interpreter_is_known_by_any_name(healing, program: str):
    found = healing.judge(RunProgram((program, "x"), str(healing.folder)))
    assert "no_scripts" in keys(found)


class TestKeepBranches:
    """Rule 5."""

    REMOVALS = """
bauplan branch rm demo.debug_{short}
bauplan branch delete demo.debug_{short}
bauplan branch rm demo.debug_{short} --if-exists
bauplan branch rename demo.debug_{short} demo.other
bauplan branch rm demo.dev-bpln-tx-run-20260101000000-{job}
git branch -d debug/bpln_{short}
git branch -D debug/bpln_{short}
git branch --delete debug/bpln_{short}
git branch -m debug/bpln_{short} other
git push origin --delete debug/bpln_{short}
git push origin :debug/bpln_{short}
git clean -fd
git clean -n
git worktree remove ../x
git worktree prune
rm -rf debug
rm debug/summary.md
rm -r debug/job
""".strip().splitlines()

    @pytest.mark.parametrize("command", REMOVALS)
    def test_evidence_stays(self, healing, command: str):
        found = healing.ready().bash(healing.fill(command))
        assert found.decision == "deny"
        assert "keep_branches" in keys(found)

    @pytest.mark.parametrize(
        ("prompt", "command", "decision"),
        [
            ("Please delete demo.debug_{short}", "bauplan branch rm demo.debug_{short}", "ask"),
            ("clean up debug/bpln_{short} now", "git branch -D debug/bpln_{short}", "ask"),
            ("Please delete demo.debug_{short}x", "bauplan branch rm demo.debug_{short}", "deny"),
            ("heal demo.debug_{short}", "bauplan branch rm demo.debug_{short}", "deny"),
            ("delete the debug branches", "bauplan branch rm demo.debug_{short}", "deny"),
            ("delete demo.debug_other", "bauplan branch rm demo.debug_{short}", "deny"),
        ],
    )
    def test_only_the_persons_own_words_allow_to_ask(self, healing, prompt, command, decision):
        healing.ready().knows(prompts=(healing.fill(prompt),))
        if command.startswith("git branch"):
            healing.git("branch", "debug/other")
        assert healing.bash(healing.fill(command)).decision == decision

    def test_the_configuration_may_forbid_it_altogether(self, healing):
        healing.ready().knows(prompts=(healing.fill("delete demo.debug_{short}"),))
        healing.policy = healing.policy._replace(cleanup="deny")
        assert healing.bash(healing.fill("bauplan branch rm demo.debug_{short}")).decision == "deny"


SECRETS = """
cat ~/.bauplan/config.yml
head ~/.bauplan/config.yaml
grep api_key ~/.bauplan/config.yml
cat ~/.ssh/id_rsa
cat ~/.aws/credentials
cat .env
cat .env.local
cat pipeline/.env
cat ~/.netrc
cat ~/.config/gcloud/application_default_credentials.json
cat /proc/self/environ
cat /proc/1/environ
tail -c 100 /proc/$$/environ
grep -r key ~/.bauplan
grep -r api_key ~
rg --hidden api_key ~
grep -r x /proc
env
printenv
printenv BAUPLAN_API_KEY
echo $BAUPLAN_API_KEY
echo ${AWS_SECRET_ACCESS_KEY}
echo "$GITHUB_TOKEN"
export
export -p
declare -p
set
jq . ~/.docker/config.json
diff ~/.bauplan/config.yml /dev/null
git diff --no-index ~/.bauplan/config.yml /dev/null
cat < ~/.bauplan/config.yml
while read x; do echo $x; done < .env
cp ~/.bauplan/config.yml debug/summary.md
bauplan config get api_key
""".strip().splitlines()


@pytest.mark.parametrize("command", SECRETS)
def test_secrets_are_never_printed(healing, command: str):
    assert healing.ready().bash(command).decision == "deny"


@pytest.mark.parametrize("name", ["~/.bauplan/config.yml", ".env", "~/.ssh/id_rsa", "a/.env.dev"])
def test_no_tool_reads_a_secret(healing, name: str):
    path = str(Path(name).expanduser())
    assert "credentials" in keys(healing.call("Read", file_path=path))
    assert healing.call("Grep", pattern="key", path=path).decision == "deny"


def test_a_search_through_the_whole_home_is_refused_and_one_of_the_project_is_not(healing):
    home = os.environ["HOME"]
    assert healing.call("Grep", pattern="api_key", path=home).decision == "deny"
    assert healing.call("Grep", pattern="dep_delay", path="pipeline").decision == "allow"
    assert healing.call("Glob", pattern="**/*.py").decision == "allow"


def test_a_search_that_passes_a_secret_is_refused(healing):
    healing.write("pipeline/.env.example", "KEY=\n")
    search = ("grep -rn dep_delay .", "grep -rn dep_delay pipeline", "rg dep_delay")
    assert all(healing.bash(command).decision == "allow" for command in search)
    healing.write("pipeline/.env", "KEY=1\n")
    assert all(healing.bash(command).decision == "deny" for command in search)
    assert healing.call("Grep", pattern="KEY").decision == "deny"
    assert healing.bash("grep -n dep_delay pipeline/models.py").decision == "allow"


@pytest.mark.parametrize(
    ("url", "decision"),
    [
        ("https://docs.bauplanlabs.com/reference/cli", "allow"),
        ("https://docs.bauplanlabs.com", "allow"),
        ("http://docs.bauplanlabs.com/x", "deny"),
        ("https://docs.bauplanlabs.com.evil.com/x", "deny"),
        ("https://evil.com/docs.bauplanlabs.com", "deny"),
        ("https://docs.bauplanlabs.com@evil.com/", "deny"),
        ("https://docs.bauplanlabs.com\\@evil.com/", "deny"),
        ("https://docs.bauplanlabs.com:8080/", "deny"),
        ("https://example.com", "deny"),
        ("file:///etc/passwd", "deny"),
        ("https://[::1", "deny"),
    ],
)
def test_only_the_documentation_is_fetched(healing, url: str, decision: str):
    assert healing.call("WebFetch", url=url, prompt="x").decision == decision


@pytest.mark.parametrize(
    "name", ["Agent", "Task", "TodoWrite", "Skill", "ExitPlanMode", "Read", "Glob", "Grep"]
)
def test_the_runtimes_reading_and_planning_tools_pass(healing, name: str):
    arguments = {"prompt": "x", "file_path": "pipeline/models.py", "pattern": "*.py", "todos": []}
    arguments["skill"] = "self-healing-pipeline"
    assert healing.call(name, **arguments).decision == "allow"


@pytest.mark.parametrize("name", ["mcp__github__push_files", "mcp__fs__write", "SlashCommand", "X"])
def test_a_tool_nobody_listed_is_denied(healing, name: str):
    assert healing.call(name, x=1).decision == "deny"


def test_a_tool_the_configuration_denies_is_denied(healing):
    healing.policy = healing.policy._replace(denied_tools=frozenset({"WebFetch"}))
    found = healing.call("WebFetch", url="https://docs.bauplanlabs.com", prompt="x")
    assert found.decision == "deny"
