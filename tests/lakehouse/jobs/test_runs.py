"""What a run does when it succeeds: it reads, executes, writes and merges."""

from __future__ import annotations

import pytest

from fake_bauplan.errors import Forbidden, NotAWriteBranchRef, RefNotFound


def test_a_green_run_merges_every_materialised_table(run, rows, text, lakehouse) -> None:
    """Python on the lake, SQL on Python, Python on SQL: all on one transaction branch."""
    ran = run(
        {
            "models.py": text.HEAD
            + text.model("clean", options=text.REPLACE, extra=", filter='minutes IS NOT NULL'")
            + text.model("top", "by_city", "return data.sort_by('City')", text.REPLACE),
            "by_city.sql": 'SELECT "City", sum(minutes) AS minutes FROM clean GROUP BY "City"',
        }
    )
    assert ran.job.status == "COMPLETE"
    assert rows("top") == [{"City": "Oslo", "minutes": 30.0}, {"City": "Rome", "minutes": 30.0}]
    assert [table.name for table in lakehouse.catalog.tables("demo.dev")] == [
        "clean",
        "top",
        "trips",
    ]
    assert [table.name for table in lakehouse.catalog.tables("main")] == ["trips"]
    assert {branch.name for branch in lakehouse.catalog.names("BRANCH").items} == {
        "main",
        "demo.dev",
    }


def test_each_write_and_the_merge_carry_the_job_id(run, text, lakehouse) -> None:
    ran = run({"models.py": text.HEAD + text.model("clean", options=text.REPLACE)})
    merged = lakehouse.catalog.commits("demo.dev").items[0]
    written = lakehouse.catalog.commits(f"@{merged.parents[1]}").items[0]
    for commit in (merged, written):
        assert commit.properties["bpln_job_id"] == ran.job.id
    assert written.parents[0] == ran.job.ref.partition("@")[2], "the pinned state is its parent"


def test_columns_and_filter_are_applied_before_the_model_sees_the_data(run, text) -> None:
    schema = (
        "class Wanted(bauplan.TableSchema):\n    City: bauplan.String\n    id: bauplan.Int64\n\n"
    )
    ran = run(
        {
            "models.py": text.HEAD
            + schema
            + text.model(
                "seen",
                body="print(data.schema.names, data.num_rows, data.schema.field('City').type)\n"
                "return data",
                extra=", projection_schema=Wanted, filter='id > 2'",
            )
        },
        dry_run=True,
    )
    assert ran.printed() == ["['City', 'id'] 2 string"]


def test_append_adds_rows_and_replace_does_not(run, rows, text) -> None:
    files = {
        "models.py": text.HEAD
        + text.model("added", options="materialization_strategy='APPEND'")
        + text.model("replaced", options=text.REPLACE)
    }
    run(files)
    run(files)
    assert (len(rows("added")), len(rows("replaced"))) == (8, 4)


def test_overwrite_partitions_replaces_only_the_rows_of_its_filter(run, rows, text) -> None:
    options = (
        "materialization_strategy='OVERWRITE_PARTITIONS', partitioned_by=['City'], "
        "overwrite_filter=\"City = 'Rome'\""
    )
    run({"models.py": text.HEAD + text.model("kept", options=text.REPLACE)})
    body = "return data.filter(pa.compute.equal(data['id'], 1))"
    ran = run(
        {
            "models.py": text.HEAD
            + "import pyarrow.compute\n"
            + text.model("kept", body=body, options=options)
        }
    )
    assert ran.job.status == "COMPLETE", ran.job.error
    assert [row["id"] for row in rows("kept")] == [3, 4, 1]


def test_a_dry_run_executes_everything_and_writes_nothing(run, text, lakehouse) -> None:
    before = lakehouse.catalog.resolve("demo.dev").hash
    ran = run({"models.py": text.HEAD + text.model("clean", options=text.REPLACE)}, dry_run=True)
    assert ran.tasks() == {"clean": "success"}
    assert lakehouse.catalog.resolve("demo.dev").hash == before
    assert not ran.job.transaction_branch


def test_a_dry_run_may_read_any_pinned_state(run, text, lakehouse) -> None:
    pinned = str(lakehouse.catalog.resolve("main"))
    files = {"models.py": text.HEAD + text.model("clean")}
    assert run(files, ref=pinned, dry_run=True).job.status == "COMPLETE"
    with pytest.raises(NotAWriteBranchRef):
        run(files, ref=pinned)


def test_main_is_written_only_by_a_transactional_run(run, text, lakehouse) -> None:
    files = {"models.py": text.HEAD + text.model("clean", options=text.REPLACE)}
    with pytest.raises(Forbidden):
        run(files, ref="main", transaction=False)
    assert run(files, ref="main").job.status == "COMPLETE"
    assert lakehouse.catalog.table("main", "bauplan.clean").rows == 4


def test_a_run_on_an_unknown_ref_is_refused(run, text) -> None:
    with pytest.raises(RefNotFound):
        run({"models.py": text.HEAD + text.model("clean")}, ref="demo.gone")


def test_without_a_transaction_the_branch_itself_is_written(run, text, lakehouse) -> None:
    files = {"models.py": text.HEAD + text.model("clean", options=text.REPLACE)}
    ran = run(files, transaction=False)
    assert not ran.job.transaction_branch
    assert lakehouse.catalog.commits("demo.dev").items[0].properties["bpln_job_id"] == ran.job.id


def test_parameters_reach_functions_filters_and_sql(run, text) -> None:
    source = text.HEAD + (
        "@bauplan.model()\n"
        "def seen(data: Annotated[pa.Table, bauplan.Model('some', filter='id <> $skip')],\n"
        "         word: Annotated[str, bauplan.Parameter('word')]):\n"
        "    print(word, data['id'].to_pylist())\n    return data\n"
    )
    ran = run(
        {"models.py": source, "some.sql": "SELECT id FROM trips WHERE minutes >= $least"},
        parameters={"word": "hello", "least": 15.0, "skip": 2},
    )
    assert ran.job.status == "COMPLETE", ran.job.error
    assert ran.printed() == ["hello [3]"]


def test_a_run_writes_into_the_namespace_that_was_asked_for(run, text, lakehouse) -> None:
    lakehouse.load_table("lab", "inputs", lakehouse_table(lakehouse), branch="demo.dev")
    ran = run(
        {"models.py": text.HEAD + text.model("out", "inputs", options=text.REPLACE)},
        namespace="lab",
    )
    assert ran.job.status == "COMPLETE", ran.job.error
    assert lakehouse.catalog.table("demo.dev", "lab.out").rows == 4


def lakehouse_table(lakehouse):
    found = lakehouse.catalog.table("main", "bauplan.trips")
    return lakehouse.store.read(found.files, found.schema)


def test_a_model_may_return_pandas_and_use_other_files_of_the_project(run, rows, text) -> None:
    ran = run(
        {
            "models.py": text.HEAD
            + "from helpers import doubled\n"
            + text.model("frame", body="return doubled(data.to_pandas())", options=text.REPLACE),
            "helpers.py": "def doubled(it):\n    return it.assign(minutes=it.minutes * 2)\n",
        }
    )
    assert ran.job.status == "COMPLETE", ran.job.error
    assert [row["minutes"] for row in rows("frame")] == [20.0, 40.0, 60.0, None]


def test_user_code_sees_no_secrets_and_runs_in_its_own_process(run, text, monkeypatch) -> None:
    monkeypatch.setenv("BAUPLAN_API_KEY", "secret")
    body = "import os\nprint(os.environ.get('BAUPLAN_API_KEY'), os.getpid())\nreturn data"
    ran = run({"models.py": text.HEAD + text.model("a", body=body) + text.model("b", body=body)})
    said = [line.split() for line in ran.printed()]
    assert [line[0] for line in said] == ["None", "None"]
    assert said[0][1] != said[1][1]


def test_preview_shows_the_first_or_the_last_rows(run, text) -> None:
    files = {"models.py": text.HEAD + text.model("seen")}
    for mode, first in (("head", "1"), ("tail", "1"), ("off", None)):
        done = [event for event in run(files, preview=mode).events if hasattr(event, "preview")]
        values = [column.values[0] for column in done[0].preview if column.name == "id"]
        assert values == ([first] if first else [])


def test_old_clients_may_use_the_columns_option_of_their_sdk(run) -> None:
    source = (
        "import bauplan\n@bauplan.model(columns=['id'])\n"
        "def ids(data=bauplan.Model('trips', columns=['id'])):\n    print(data.column_names)\n"
        "    return data\n"
    )
    assert run({"models.py": source}, legacy=True).printed() == ["['id']"]
    refused = run({"models.py": source})
    assert refused.job.status == "FAIL"
    assert "TypeError" in refused.job.error
    assert "columns" in refused.job.error


def test_without_a_namespace_the_projects_own_is_used(run, text, lakehouse) -> None:
    lakehouse.load_table("lab", "inputs", lakehouse_table(lakehouse), branch="demo.dev")
    files = {
        "models.py": text.HEAD + text.model("out", "inputs", options=text.REPLACE),
        "bauplan_project.yml": "project:\n  id: x\ndefaults:\n  namespace: lab\n",
    }
    assert run(files).job.detail("request")["namespace"] == "lab"
    assert lakehouse.catalog.table("demo.dev", "lab.out").rows == 4


def test_the_same_seed_and_clock_give_the_same_jobs_and_hashes(tmp_path, text, started) -> None:
    """Joins, groups and Python models: what a transcript replays."""
    files = {
        "models.py": text.HEAD + text.model("clean", options=text.REPLACE),
        "pairs.sql": "-- bauplan: materialization_strategy=REPLACE\nSELECT a.id, count(*) AS n "
        "FROM clean a JOIN trips b ON a.id <= b.id GROUP BY a.id",
    }
    one, other = (started(tmp_path / name, files) for name in ("one", "other"))
    assert one == other
