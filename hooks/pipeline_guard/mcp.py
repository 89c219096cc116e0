"""The tools of the Bauplan MCP server, and which of them a healing uses.

Taken from the server's source (`BauplanLabs/bauplan-mcp-server`, `mcp_bauplan/tools`): 35 tools.
`code_run` of the headless healer has the same arguments.
"""

from __future__ import annotations

from collections.abc import Mapping

_REF = frozenset({"ref"})
_PAGE = frozenset({"limit"})
_RUN = frozenset(
    {"ref", "namespace", "parameters", "dry_run", "client_timeout", "detach", "strict"}
)

ALLOWED: Mapping[str, frozenset[str]] = {
    "get_user_info": frozenset(),
    "get_instructions": frozenset({"use_case"}),
    "get_job": frozenset({"job_id"}),
    "get_jobs": frozenset(
        {"job_ids", "job_kinds", "statuses", "user_names", "start_time", "end_time"}
    )
    | _PAGE,
    "get_branch": frozenset({"branch"}),
    "get_branches": frozenset({"name", "user"}) | _PAGE,
    "get_commits": frozenset(
        {"message_filter", "author_username", "author_email", "date_start", "date_end"}
    )
    | _REF
    | _PAGE,
    "get_tag": frozenset({"tag"}),
    "get_tags": frozenset({"filter_by_name"}) | _PAGE,
    "get_namespace": frozenset({"namespace"}) | _REF,
    "get_namespaces": frozenset({"namespace"}) | _REF | _PAGE,
    "get_table": frozenset({"table", "namespace"}) | _REF,
    "get_tables": frozenset({"namespace", "table", "include_schema"}) | _REF | _PAGE,
    "run_query": frozenset({"query", "ref", "namespace", "max_rows"}),
    "create_branch": frozenset({"branch", "from_ref"}),
    "project_run": frozenset({"project_dir"}) | _RUN,
    "code_run": frozenset({"project_files"}) | _RUN,
}
"""Each tool that may be used, with the arguments it takes."""

INSTEAD: Mapping[str, str] = {
    "apply_table_creation_plan": "fix the model that makes the table, and rerun",
    "cancel_job": "leave the job; `get_job` shows it",
    "create_namespace": "the rerun makes what it needs",
    "create_table": "fix the model that makes the table, and rerun",
    "create_tag": "the commit hash pins the state: use `branch@hash`",
    "delete_branch": "leave the branch; a person cleans up",
    "delete_namespace": "leave it; a person cleans up",
    "delete_table": "leave it; fix the model that makes it, and rerun",
    "delete_tag": "leave it; a person cleans up",
    "import_data": "data is imported by a person; fix the model that reads it",
    "merge_branch": "stop when the rerun is green; a person merges the debug branch",
    "plan_table_creation": "fix the model that makes the table, and rerun",
    "revert_table": "fix the model that makes the table, and rerun on the debug branch",
    "run_query_to_csv": "use `run_query` with `max_rows` 20: no files are written",
}
"""Each tool that may not be used, with the step that is right instead."""

TARGETS: Mapping[str, str] = {
    "create_namespace": "branch",
    "create_table": "branch",
    "delete_branch": "branch",
    "delete_namespace": "branch",
    "delete_table": "branch",
    "import_data": "branch",
    "merge_branch": "into_branch",
    "plan_table_creation": "branch",
    "revert_table": "into_branch",
    "create_branch": "branch",
    "project_run": "ref",
    "code_run": "ref",
}
"""The argument that names the branch a tool writes."""

LOOKS_AT_DATA = ("run_query", "get_table", "get_tables", "run_query_to_csv")
RUNS = ("project_run", "code_run")
