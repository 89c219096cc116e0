"""The real `bauplan` program and SDK against the lakehouse, over the wire."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.fixture
def project(tmp_path, text):
    models = text.model("clean", options=text.REPLACE) + text.model(
        "late", "clean", "print('hi')\nreturn data"
    )
    return str(text.write(tmp_path / "pipeline", {"models.py": text.HEAD + models}))


@pytest.fixture
def broken(tmp_path, text):
    models = text.model("clean", options=text.REPLACE) + text.model("late", "clean", "return 1 / 0")
    return str(text.write(tmp_path / "broken", {"models.py": text.HEAD + models}))


def test_info_says_who_and_where(bauplan) -> None:
    shown = bauplan("info").stdout
    for part in ("Username", "demo", "╰ fake-runner"):
        assert part in shown


def test_a_wrong_key_is_refused(bauplan) -> None:
    done = bauplan._replace(environment={**bauplan.environment, "BAUPLAN_API_KEY": "wrong"})("info")
    assert done.returncode != 0
    assert "Unauthenticated: The API key is missing or not known" in done.stderr


def test_query_prints_a_table_and_json(bauplan) -> None:
    done = bauplan("query", 'SELECT id, "City" FROM trips ORDER BY id', "--max-rows", "2")
    assert done.stdout.splitlines() == [
        "COLUMN  TYPE      NULLABLE",
        "id      Int64     true",
        "City    Utf8View  true",
        "",
        "id  City",
        "1   Rome",
        "2   Rome",
    ]
    found = bauplan.json("query", "SELECT sum(minutes) AS m FROM bauplan.trips")
    assert found["results"] == [{"m": 60.0}]
    assert bauplan.json("job", "get", found["job_id"])[0]["kind"] == "Query"


def test_a_query_without_rows_still_has_its_columns(bauplan) -> None:
    done = bauplan("query", "SELECT id FROM trips WHERE id > 9")
    assert done.returncode == 0
    assert "id      Int64  true" in done.stdout
    assert "No results!" in done.stderr


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT city FROM trips", "No field named city"),
        ("SELECT * FROM gone", "table 'bauplan.bauplan.gone' not found"),
        ("SELEC 1", "Expected: an SQL statement"),
        ("DROP TABLE trips", "DDL not supported"),
        ("INSERT INTO trips VALUES (1, 'a', 2.0)", "DML not supported"),
        ('SELECT CAST("City" AS INT) FROM trips', "Cannot cast"),
    ],
)
def test_a_bad_query_is_one_clear_error_and_a_failed_job(bauplan, sql, says) -> None:
    done = bauplan("query", sql)
    assert done.returncode == 1
    assert says in done.stderr
    failed = bauplan.json("job", "ls", "--status", "fail")[0]
    assert says in failed["error_message"]


def test_a_query_reads_the_state_of_its_ref(bauplan, lakehouse, project) -> None:
    pinned = str(lakehouse.catalog.resolve("demo.dev"))
    assert bauplan("run", "-p", project, "--ref", "demo.dev").returncode == 0
    count = "SELECT count(*) AS n FROM clean"
    assert bauplan.json("query", "--ref", "demo.dev", count)["results"] == [{"n": 4}]
    assert (
        "table 'bauplan.bauplan.clean' not found" in bauplan("query", "--ref", pinned, count).stderr
    )
    assert "NotFound: " in bauplan("query", "--ref", "demo.gone", count).stderr


def test_a_run_prints_what_models_print_and_its_tasks(bauplan, project) -> None:
    done = bauplan("run", "-p", project, "--ref", "demo.dev", "-O", "json")
    assert done.returncode == 0
    assert "late: @ models.py:13 | hi" in done.stderr
    assert '"outcome":"SUCCESS"' in done.stdout
    assert [task["name"] for task in bauplan_tasks(done)] == ["clean", "late"]


def bauplan_tasks(done):
    import json

    return json.loads(done.stdout)["tasks"]


def test_a_failed_run_can_be_looked_into_with_the_program_alone(bauplan, broken) -> None:
    """What the skill needs: the job, its error, its log, its branch, its commits."""
    done = bauplan("run", "-p", broken, "--ref", "demo.dev")
    error = "model 'late' failed: ZeroDivisionError: division by zero (models.py:14)"
    assert done.returncode == 1
    assert f"job failed: {error} (RuntimeTaskUserError)" in done.stderr
    job = bauplan.json("job", "ls", "--status", "fail", "--kind", "run")[0]
    assert (job["status"], job["error_message"]) == ("Fail", error)
    assert f"Error:     {error}" in bauplan("job", "get", job["id"]).stdout
    logged = [entry["message"] for entry in bauplan.json("job", "logs", job["id"])]
    assert '  File "models.py", line 14, in late' in logged
    assert "ZeroDivisionError: division by zero" in bauplan("job", "logs", job["id"]).stdout
    left = bauplan.json("branch", "ls", "--name", "bpln-tx")[0]["name"]
    assert left.endswith(job["id"])
    commits = bauplan.json("commit", left, "--property", f"bpln_job_id={job['id']}")
    assert [commit["properties"]["bpln_job_id"] for commit in commits] == [job["id"]]


def test_system_lines_are_shown_when_asked_for(bauplan, project) -> None:
    bauplan("run", "-p", project, "--ref", "demo.dev")
    job = bauplan.json("job", "ls")[0]["id"]
    assert "materialized" not in bauplan("job", "logs", job).stdout
    assert "materialized bauplan.clean (4 rows)" in bauplan("job", "logs", job, "--system").stdout


def test_a_planning_error_starts_nothing(bauplan, tmp_path, text) -> None:
    source = text.HEAD + text.model("a", "gone")
    folder = str(text.write(tmp_path / "p", {"models.py": source}))
    done = bauplan("run", "-p", folder, "--ref", "demo.dev")
    assert "InvalidArgument: models.py:7: model 'a' reads 'gone'" in done.stderr
    assert bauplan.json("branch", "ls", "--name", "bpln-tx") == []


def test_no_strict_lets_a_failed_expectation_pass(bauplan, tmp_path, text) -> None:
    source = text.HEAD + text.expectation("test_it", "trips", "return False")
    folder = str(text.write(tmp_path / "p", {"expectations.py": source}))
    assert "expectation returned false" in bauplan("run", "-p", folder, "--dry-run").stderr
    assert bauplan("run", "-p", folder, "--dry-run", "--no-strict").returncode == 0


def test_a_detached_run_can_be_stopped(bauplan, tmp_path, text) -> None:
    body = "import time\nprint('asleep', flush=True)\ntime.sleep(600)\nreturn data"
    source = text.HEAD + text.model("slow", body=body)
    folder = str(text.write(tmp_path / "p", {"models.py": source}))
    done = bauplan("run", "-p", folder, "--ref", "demo.dev", "--detach")
    job = bauplan.json("job", "ls", "--status", "running")[0]["id"]
    assert job in done.stderr
    assert bauplan("job", "stop", job).returncode == 0
    assert bauplan.json("job", "get", job)[0]["status"] == "Abort"
    again = bauplan("job", "stop", job)
    assert "is not running: it is abort" in again.stderr


def test_an_unknown_job_is_not_found(bauplan) -> None:
    assert "job not found: nope" in bauplan("job", "get", "nope").stderr
    assert "NotFound: job not found: nope" in bauplan("job", "logs", "nope").stderr


SDK = """
import sys, bauplan
client = bauplan.Client()
table = client.query("SELECT id FROM trips ORDER BY id", max_rows=3)
assert table["id"].to_pylist() == [1, 2, 3], table
assert client.scan("trips", columns=["id"], filters="id = 2").num_rows == 1
state = client.run(sys.argv[1], ref="demo.dev", cache=False)
assert (state.job_status, state.error, state.ctx.strict) == ("SUCCESS", None, True), state
assert (state.ctx.cache, state.ctx.dry_run) == (False, False)
assert set(state.tasks_started) == set(state.tasks_stopped) == {"python-clean", "python-late"}
assert [log.message for log in state.user_logs] == ["hi"]
failed = client.run(sys.argv[2], ref="demo.dev")
assert failed.job_status == "FAILED" and "model 'late' failed" in failed.error, failed
assert client.get_job(failed.job_id).status == bauplan.JobState.FAIL
context = client.get_job_context(failed.job_id, include_snapshot=True, include_logs=True)
assert context.tx_ref.endswith(failed.job_id) and "1 / 0" in context.snapshot_dict["models.py"]
assert [node.name for node in context.dag_nodes] == ["clean", "late"]
assert any("ZeroDivisionError" in log.message for log in context.logs)
assert any("ZeroDivisionError" in log.message for log in client.get_job_logs(failed.job_id))
listed = list(client.get_jobs(filter_by_statuses=bauplan.JobState.FAIL))
assert [job.id for job in listed] == [failed.job_id]
try:
    client.query("SELECT * FROM gone")
except bauplan.exceptions.BauplanQueryError as error:
    assert "not found" in str(error)
print("done")
"""


def test_the_sdk_runs_queries_and_looks_back(bauplan, project, broken) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SDK, project, broken],
        env=dict(bauplan.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "done\n", done.stderr
