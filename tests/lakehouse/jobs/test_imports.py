"""Tables from files, with the real program: plan, apply, import, external tables."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

pytestmark = pytest.mark.usefixtures("bucket")


@pytest.fixture
def bucket(lakehouse):
    """`s3://data`, standing for object storage: two Parquet files of two rows each."""
    folder = lakehouse.folder / "objects" / "data"
    (folder / "days").mkdir(parents=True)
    for day in (1, 2):
        rows = pa.table({"day": [day, day], "fare": [1.5, 2.5]})
        pq.write_table(rows, folder / "days" / f"{day}.parquet")
    (folder / "days" / "readme.txt").write_text("not data")
    return folder


ALL = "s3://data/days/*"


def imported(bauplan, *more: str, search: str = ALL):
    return bauplan("table", "import", "fares", "--search-uri", search, "-b", "demo.dev", *more)


def created(bauplan, *more: str, search: str = ALL):
    return bauplan("table", "create", "fares", "--search-uri", search, "-b", "demo.dev", *more)


def count(bauplan) -> int:
    found = bauplan.json("query", "--ref", "demo.dev", "SELECT count(*) AS n FROM fares")
    return found["results"][0]["n"]


def test_create_makes_an_empty_table_and_import_fills_it(bauplan) -> None:
    assert created(bauplan).returncode == 0
    assert count(bauplan) == 0
    assert imported(bauplan).returncode == 0
    assert count(bauplan) == 4
    shown = bauplan("table", "get", "bauplan.fares", "--ref", "demo.dev").stdout
    assert "day" in shown
    assert "long" in shown


def test_a_file_is_imported_once_unless_duplicates_are_asked_for(bauplan) -> None:
    created(bauplan)
    imported(bauplan)
    assert imported(bauplan).returncode == 0
    assert count(bauplan) == 4
    imported(bauplan, "--import-duplicate-files")
    assert count(bauplan) == 8


def test_each_import_is_one_commit_with_its_job_id(bauplan, lakehouse) -> None:
    created(bauplan)
    imported(bauplan)
    job = bauplan.json("job", "ls")[0]
    assert (job["kind"], job["status"]) == ("TableImport", "Complete")
    commit = lakehouse.catalog.commits("demo.dev").items[0]
    assert commit.properties["bpln_job_id"] == job["id"]


def test_conflicting_files_need_a_plan_that_a_person_resolved(bauplan, bucket, tmp_path) -> None:
    pq.write_table(pa.table({"day": ["3"], "fare": [3.5]}), bucket / "days" / "3.parquet")
    refused = created(bauplan)
    assert "schema conflicts and cannot be auto-applied" in refused.stderr
    plan = tmp_path / "plan.yml"
    bauplan(
        "table",
        "create-plan",
        "fares",
        "--search-uri",
        ALL,
        "-b",
        "demo.dev",
        "--save-plan",
        str(plan),
    )
    unresolved = bauplan("table", "create-plan-apply", "--plan", str(plan))
    assert "the plan has conflicts" in unresolved.stderr
    content = yaml.safe_load(plan.read_text())
    info = content["schema_info"]
    assert [item["column_with_conflict"] for item in info["conflicts"]] == ["day"]
    info["conflicts"] = []
    info["detected_schemas"][0]["dst_datatype"] = [{"datatype": "long"}]
    plan.write_text(yaml.safe_dump(content))
    assert bauplan("table", "create-plan-apply", "--plan", str(plan)).returncode == 0
    assert imported(bauplan).returncode == 0
    assert count(bauplan) == 5


def test_an_existing_table_is_replaced_only_when_asked(bauplan) -> None:
    created(bauplan)
    imported(bauplan)
    assert "already exists" in created(bauplan).stderr
    assert count(bauplan) == 4
    assert created(bauplan, "--replace").returncode == 0
    assert count(bauplan) == 0


def test_csv_files_are_read_too(bauplan, bucket) -> None:
    (bucket / "more.csv").write_text("day,fare\n7,1.25\n")
    created(bauplan, search="s3://data/more.csv")
    imported(bauplan, search="s3://data/more.csv")
    assert count(bauplan) == 1


def test_files_of_this_machine_are_read_by_their_url(bauplan, bucket) -> None:
    search = f"file://{bucket}/days/*.parquet"
    created(bauplan, search=search)
    assert imported(bauplan, search=search).returncode == 0
    assert count(bauplan) == 4


def test_a_column_that_the_table_lacks_needs_best_effort(bauplan, bucket) -> None:
    created(bauplan)
    pq.write_table(pa.table({"day": [3], "tip": [1.0]}), bucket / "days" / "3.parquet")
    refused = imported(bauplan)
    assert "has columns that the table does not have: tip" in refused.stderr
    assert count(bauplan) == 0, "a failed import adds nothing"
    assert imported(bauplan, "--best-effort").returncode == 0
    assert count(bauplan) == 5


def test_continue_on_error_leaves_out_the_file_that_does_not_fit(bauplan, bucket) -> None:
    created(bauplan)
    pq.write_table(pa.table({"day": ["x"]}), bucket / "days" / "3.parquet")
    assert "does not fit the table" in imported(bauplan).stderr
    assert imported(bauplan, "--continue-on-error").returncode == 0
    assert count(bauplan) == 4


def test_an_external_table_can_be_read_and_not_written(bauplan) -> None:
    made = bauplan("table", "create-external", "fares", "--search-pattern", ALL, "-b", "demo.dev")
    assert made.returncode == 0, made.stderr
    assert count(bauplan) == 4
    assert "Cannot import files to read-only table" in imported(bauplan).stderr


@pytest.mark.parametrize(
    ("search", "says"),
    [
        ("s3://data/none/*", "no Parquet or CSV files found at s3://data/none/*"),
        ("http://example.com/x", "only s3:// and file:/// are object storage"),
    ],
)
def test_a_search_that_finds_nothing_is_a_clear_error(bauplan, search, says) -> None:
    assert says in created(bauplan, search=search).stderr


def test_main_and_the_branches_of_others_are_not_written(bauplan) -> None:
    done = bauplan("table", "create", "fares", "--search-uri", ALL, "-b", "main")
    assert "may not write to branch 'main'" in done.stderr


def test_partitions_of_a_plan_are_those_of_the_table(bauplan, lakehouse) -> None:
    created(bauplan, "--partitioned-by", "year(day), fare")
    found = lakehouse.catalog.table("demo.dev", "bauplan.fares").partitions
    assert [tuple(item) for item in found] == [("day", "year"), ("fare", "identity")]
    unknown = created(bauplan, "--replace", "--partitioned-by", "month")
    assert "cannot partition by 'month'" in unknown.stderr
