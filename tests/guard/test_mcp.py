"""The tools of the Bauplan MCP server, by the names its clients give them."""

from __future__ import annotations

import pytest

from pipeline_guard import mcp

PINNED = "demo.dev@" + "8d3f" * 16
DEBUG = "demo.debug_3f0c2a9e"


def keys(found) -> set[str]:
    return {finding.rule for finding in found.findings}


def test_every_tool_of_the_server_is_known():
    """31 tools at commit 2ec6667 of the server; what is not here is denied as well."""
    assert len(mcp.ALLOWED) + len(mcp.INSTEAD) == 31
    assert not set(mcp.ALLOWED) & set(mcp.INSTEAD)
    assert set(mcp.TARGETS) <= set(mcp.ALLOWED) | set(mcp.INSTEAD)


ALLOWED = [
    ("get_user_info", {}),
    ("get_instructions", {"use_case": "repair"}),
    ("get_job", {"job_id": "x"}),
    ("get_jobs", {"statuses": ["FAIL"], "limit": 5}),
    ("get_branch", {"branch": "main"}),
    ("get_branches", {"name": "bpln-tx"}),
    ("get_commits", {"ref": "main", "limit": 10}),
    ("get_tag", {"tag": "v1"}),
    ("get_tags", {}),
    ("get_namespace", {"namespace": "nyc", "ref": PINNED}),
    ("get_namespaces", {"ref": PINNED}),
    ("get_table", {"table": "t", "ref": PINNED}),
    ("get_tables", {"ref": PINNED, "include_schema": True}),
    ("run_query", {"query": "SELECT * FROM t LIMIT 20", "ref": PINNED, "max_rows": 20}),
    ("run_query", {"query": "SELECT count(*) FROM t", "ref": PINNED, "max_rows": 1}),
    ("create_branch", {"branch": DEBUG, "from_ref": PINNED}),
    ("project_run", {"project_dir": "pipeline", "ref": DEBUG}),
    ("project_run", {"project_dir": "pipeline", "ref": DEBUG, "dry_run": True, "strict": True}),
]

DENIED = [
    ("run_query", {"query": "SELECT * FROM t LIMIT 20", "max_rows": 20}, "pinned_queries"),
    (
        "run_query",
        {"query": "SELECT * FROM t LIMIT 20", "ref": "main", "max_rows": 20},
        "pinned_queries",
    ),
    ("run_query", {"query": "SELECT * FROM t LIMIT 20", "ref": PINNED}, "pinned_queries"),
    (
        "run_query",
        {"query": "SELECT * FROM t LIMIT 20", "ref": PINNED, "max_rows": 21},
        "pinned_queries",
    ),
    (
        "run_query",
        {"query": "SELECT * FROM t LIMIT 20", "ref": PINNED, "max_rows": True},
        "pinned_queries",
    ),
    ("run_query", {"query": "SELECT * FROM t", "ref": PINNED, "max_rows": 20}, "pinned_queries"),
    ("run_query", {"query": "DROP TABLE t", "ref": PINNED, "max_rows": 20}, "pinned_queries"),
    ("run_query", {"query": ["SELECT 1"], "ref": PINNED, "max_rows": 20}, "pinned_queries"),
    ("run_query", {"query": "SELECT 1", "ref": {"a": 1}, "max_rows": 20}, "pinned_queries"),
    ("run_query_to_csv", {"query": "SELECT 1", "path": "/tmp/x"}, "pinned_queries"),
    ("run_query_to_csv", {"query": "SELECT 1", "path": "/tmp/x", "ref": PINNED}, "tools"),
    ("get_table", {"table": "t", "ref": "main"}, "pinned_queries"),
    ("get_table", {"table": "t"}, "pinned_queries"),
    ("get_tables", {"ref": "demo.dev"}, "pinned_queries"),
    ("create_branch", {"branch": DEBUG, "from_ref": "main"}, "main_branch"),
    ("create_branch", {"branch": DEBUG}, "main_branch"),
    ("create_branch", {"branch": "main", "from_ref": PINNED}, "main_branch"),
    ("create_branch", {"branch": "demo.x", "from_ref": PINNED}, "tools"),
    ("merge_branch", {"source_ref": DEBUG, "into_branch": "main"}, "main_branch"),
    ("merge_branch", {"source_ref": DEBUG, "into_branch": " Main "}, "main_branch"),
    ("merge_branch", {"source_ref": DEBUG, "into_branch": "demo.dev"}, "tools"),
    ("delete_branch", {"branch": DEBUG}, "keep_branches"),
    ("delete_branch", {"branch": "main"}, "main_branch"),
    ("delete_branch", {"branch": "demo.dev"}, "tools"),
    ("create_table", {"table": "t", "search_uri": "s3://x", "branch": "main"}, "main_branch"),
    ("create_table", {"table": "t", "search_uri": "s3://x", "branch": DEBUG}, "tools"),
    ("import_data", {"table": "t", "search_uri": "s3://x", "branch": "main"}, "main_branch"),
    ("import_data", {"table": "t", "search_uri": "s3://x", "branch": DEBUG}, "tools"),
    ("revert_table", {"table": "t", "source_ref": PINNED, "into_branch": "main"}, "main_branch"),
    ("revert_table", {"table": "t", "source_ref": PINNED, "into_branch": DEBUG}, "tools"),
    ("delete_table", {"table": "t", "branch": DEBUG}, "tools"),
    ("create_namespace", {"namespace": "n", "branch": DEBUG}, "tools"),
    ("delete_namespace", {"namespace": "n", "branch": "main"}, "main_branch"),
    ("create_tag", {"tag": "t", "from_ref": "main"}, "tools"),
    ("delete_tag", {"tag": "t"}, "tools"),
    ("cancel_job", {"job_id": "x"}, "tools"),
    ("plan_table_creation", {"table": "t", "search_uri": "s3://x", "branch": DEBUG}, "tools"),
    ("apply_table_creation_plan", {"plan": "x"}, "tools"),
    ("project_run", {"project_dir": "pipeline", "ref": "main"}, "main_branch"),
    ("project_run", {"project_dir": "pipeline", "ref": "demo.dev"}, "inspect_first"),
    ("project_run", {"project_dir": "pipeline"}, "inspect_first"),
    ("project_run", {"project_dir": "/tmp", "ref": DEBUG}, "inspect_first"),
    ("project_run", {"project_dir": "pipeline", "ref": DEBUG, "strict": False}, "inspect_first"),
    ("project_run", {"project_dir": "pipeline", "ref": DEBUG, "strict": "off"}, "inspect_first"),
    ("get_job", {"job_id": "x", "api_key": "k"}, "tools"),
    ("brand_new_tool", {}, "tools"),
]


@pytest.mark.parametrize("server", ["bauplan", "bauplan-mcp", "plugin_x_Bauplan"])
@pytest.mark.parametrize(("tool", "arguments"), ALLOWED)
def test_look_ups_and_the_workflows_steps_pass(healing, server: str, tool: str, arguments: dict):
    found = healing.ready().call(f"mcp__{server}__{tool}", **arguments)
    assert found.decision == "allow", found


@pytest.mark.parametrize(("tool", "arguments", "key"), DENIED)
def test_what_the_command_line_may_not_the_tools_may_not(healing, tool, arguments, key):
    found = healing.ready().call(f"mcp__bauplan__{tool}", **arguments)
    assert found.decision == "deny"
    assert key in keys(found)


class TestCodeRun:
    """`code_run` sends the project itself."""

    def files(self, healing, **changed: str) -> dict[str, str]:
        found = {path.name: path.read_text() for path in healing.project.iterdir()}
        return {**found, **{name.replace("__", "."): text for name, text in changed.items()}}

    def call(self, healing, files, **more):
        arguments = {"project_files": files, "ref": DEBUG, **more}
        return healing.call("mcp__bauplan__code_run", **arguments)

    def without_git(self, healing, tmp_path):
        bare = type(healing)(tmp_path / "bare").inspected().evidence()
        return bare.knows(bauplan_branch=DEBUG)

    def test_the_committed_project_runs(self, healing):
        healing.ready()
        assert self.call(healing, self.files(healing)).decision == "allow"

    def test_with_git_a_change_that_no_commit_has_is_refused(self, healing):
        healing.ready()
        files = self.files(healing, late__sql="SELECT 1 AS a FROM daily_delays")
        assert "git_only" in keys(self.call(healing, files))

    def test_with_git_an_uncommitted_edit_is_refused_as_well(self, healing):
        healing.ready()
        healing.write("pipeline/late.sql", "SELECT 2\n")
        assert "git_only" in keys(self.call(healing, self.files(healing)))

    @pytest.mark.parametrize(
        "changed",
        [
            {"late__sql": "SELECT 1 AS a FROM daily_delays"},
            {"bauplan_project__yml": "project:\n  id: a\n  name: c\n"},
            {"expectations__py": "import bauplan\n\n\nx = bauplan.Model('t')\n"},
        ],
    )
    def test_without_git_the_fix_goes_through_it(self, healing, tmp_path, changed):
        bare = self.without_git(healing, tmp_path)
        found = self.call(bare, self.files(bare, **changed))
        assert found.decision == "allow", found

    @pytest.mark.parametrize(
        ("changed", "key"),
        [
            ({"probe__py": "x = 1\n"}, "allowed_files"),
            ({"notes__md": "x\n"}, "allowed_files"),
            ({"../x__py": "x = 1\n"}, "allowed_files"),
            ({"models__py": "print('hello')\n"}, "no_scripts"),
            ({"models__py": "import os\nos.system('ls')\n"}, "no_scripts"),
            ({"expectations__py": "import subprocess\n"}, "no_scripts"),
            (
                {"bauplan_project__yml": "project:\n  id: other\n  name: b\n"},
                "inspect_first",
            ),
            ({"bauplan_project__yml": ""}, "inspect_first"),
        ],
    )
    def test_nothing_but_pipeline_code_is_sent(self, healing, tmp_path, changed, key: str):
        bare = self.without_git(healing, tmp_path)
        assert key in keys(self.call(bare, self.files(bare, **changed)))

    def test_no_file_is_left_out(self, healing, tmp_path):
        bare = self.without_git(healing, tmp_path)
        files = self.files(bare)
        files.pop("late.sql")
        assert "inspect_first" in keys(self.call(bare, files))

    @pytest.mark.parametrize("files", [None, [], "x", {"models.py": 1}, {}])
    def test_something_else_than_files_is_refused(self, healing, files):
        assert "inspect_first" in keys(self.call(healing.ready(), files))

    def test_it_runs_on_the_debug_branch_and_strictly(self, healing):
        healing.ready()
        files = self.files(healing)
        assert "main_branch" in keys(self.call(healing, files, ref="main"))
        assert "inspect_first" in keys(self.call(healing, files, ref="demo.dev"))
        assert "inspect_first" in keys(self.call(healing, files, strict=False))

    def test_the_headless_tool_of_that_name_is_judged_alike(self, healing):
        healing.ready()
        good = healing.call("code_run", project_files=self.files(healing), ref=DEBUG)
        bad = healing.call("code_run", project_files=self.files(healing), ref="main")
        assert (good.decision, bad.decision) == ("allow", "deny")
