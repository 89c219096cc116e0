"""What a run leaves behind when it fails: a job, a traceback, and its transaction branch."""

from __future__ import annotations

import pytest

from fake_bauplan.runs.plan import PlanningError


def boom(text, *more: str) -> dict[str, str]:
    """A pipeline whose second model divides by zero."""
    body = "print('about to')\nreturn 1 / 0"
    models = text.model("first", options=text.REPLACE) + text.model("second", "first", body)
    return {"models.py": text.HEAD + models + "".join(more)}


def test_a_failing_model_is_named_with_its_error_file_and_line(run, text) -> None:
    ran = run(boom(text))
    assert ran.job.status == "FAIL"
    assert (
        ran.job.error == "model 'second' failed: ZeroDivisionError: division by zero (models.py:15)"
    )
    assert ran.tasks() == {"first": "success", "second": "failure"}


def test_the_log_holds_the_real_traceback_of_the_users_code_only(run, text) -> None:
    said = run(boom(text)).printed()
    assert said[:4] == [
        "about to",
        "Traceback (most recent call last):",
        '  File "models.py", line 15, in second',
        "    return 1 / 0",
    ]
    assert said[-1] == "ZeroDivisionError: division by zero"
    assert not any("runner_child" in line for line in said)


def test_a_traceback_names_no_folder_of_this_machine(run, text) -> None:
    """The same failure reads the same on every machine, also inside libraries."""
    body = "import json\nimport pyarrow.compute as pc\ntry:\n    json.loads('x')\n"
    body += "except ValueError as error:\n    raise pc.fill_null(data['id'], 'x') from error"
    said = run({"models.py": text.HEAD + text.model("a", body=body)}).printed()
    files = {line.split('"')[1] for line in said if line.startswith('  File "')}
    assert {"models.py", "json/__init__.py", "pyarrow/compute.py"} <= files
    assert not any(name.startswith("/") for name in files)


def test_a_failed_run_keeps_what_it_wrote_and_leaves_the_branch_alone(run, text, lakehouse) -> None:
    before = lakehouse.catalog.resolve("demo.dev")
    ran = run(boom(text))
    left = ran.job.transaction_branch
    assert left.startswith("demo.dev-bpln-tx-run-")
    assert left.endswith(f"-{ran.job.id}")
    assert lakehouse.catalog.resolve("demo.dev") == before
    assert lakehouse.catalog.table(left, "bauplan.first").rows == 4
    written = lakehouse.catalog.commits(left).items[0]
    assert written.properties["bpln_job_id"] == ran.job.id
    assert written.parents == (before.hash,)


def test_a_run_that_failed_before_it_wrote_leaves_the_pinned_state(run, text, lakehouse) -> None:
    ran = run({"models.py": text.HEAD + text.model("only", body="raise ValueError('no')")})
    head = lakehouse.catalog.resolve(ran.job.transaction_branch).hash
    assert f"demo.dev@{head}" == ran.job.ref


def test_models_after_the_failing_one_do_not_run(run, text) -> None:
    third = text.model("third", "second", "print('never')\nreturn data")
    ran = run(boom(text, third))
    assert "third" not in ran.tasks()
    assert "never" not in ran.printed()


EXPECTATIONS = {
    "returns False": ("return False", "expectation returned false"),
    "asserts": ("assert data.num_rows > 9, 'too few'", "AssertionError: too few"),
    "uses a standard one": (
        "from bauplan.standard_expectations import expect_column_no_nulls\n"
        "return expect_column_no_nulls(data, 'City')",
        "expectation returned false",
    ),
}


@pytest.mark.parametrize(("body", "says"), EXPECTATIONS.values(), ids=EXPECTATIONS)
def test_an_expectation_that_does_not_hold_fails_only_a_strict_run(run, text, body, says) -> None:
    models = text.model("clean", options=text.REPLACE) + text.model("later", "clean")
    files = {"models.py": text.HEAD + models + text.expectation("test_it", "clean", body)}
    strict = run(files)
    assert strict.job.status == "FAIL"
    assert "expectation 'test_it' failed: " + says in strict.job.error
    assert "later" not in strict.tasks(), "it stops before bad data goes further"
    lenient = run(files, strict=False)
    assert lenient.job.status == "COMPLETE"
    assert lenient.tasks() == {"clean": "success", "test_it": "failure", "later": "success"}


def test_an_expectation_that_holds_passes_and_one_of_no_truth_value_does_not(run, text) -> None:
    good = text.expectation("test_it", "trips", "return data.num_rows == 4")
    assert run({"expectations.py": text.HEAD + good}).tasks() == {"test_it": "success"}
    bad = text.expectation("test_it", "trips", "return 5")
    assert "expectation returned unsupported type: int" in run({"e.py": text.HEAD + bad}).job.error


PLANS = {
    "a missing table": (
        "gone",
        "",
        "reads 'gone', which is neither a model of the project nor a table",
    ),
    "a missing column": ("trips", ", filter='fare > 1'", "No field named fare"),
    "a missing namespace": ("other.trips", "", "'other.trips' not found"),
}


@pytest.mark.parametrize(("reads", "extra", "says"), PLANS.values(), ids=PLANS)
def test_what_the_lake_lacks_is_found_before_anything_runs(
    run, text, commander, reads, extra, says
):
    body = "print('ran')\nreturn data"
    files = {
        "models.py": text.HEAD + text.model("a", body=body) + text.model("b", reads, extra=extra)
    }
    with pytest.raises(PlanningError) as failed:
        run(files)
    assert says in str(failed.value)
    assert "models.py:" in str(failed.value)
    assert "'b'" in str(failed.value)
    job = newest(commander)
    assert (job.status, job.error) == ("FAIL", str(failed.value))
    assert not job.transaction_branch


def test_an_option_that_is_not_implemented_is_refused_and_not_ignored(run) -> None:
    source = "import bauplan\n@bauplan.model()\ndef a(x=bauplan.Model('trips', ref='main')): ...\n"
    with pytest.raises(PlanningError, match=r"option 'ref' of bauplan.Model is not implemented"):
        run({"models.py": source})


def newest(commander):
    from fake_bauplan.jobs import Filter

    return commander.jobs.page(Filter(), 1)[0][0]


def test_a_chain_of_sql_models_is_planned_as_a_whole(run) -> None:
    files = {"a.sql": "SELECT id FROM trips", "b.sql": "SELECT minutes FROM a"}
    with pytest.raises(
        PlanningError, match=r"model 'b' cannot be planned: .*No field named minutes"
    ):
        run(files)


def test_a_column_that_a_python_model_does_not_return_fails_its_reader(run, text) -> None:
    models = text.model("a", body="return data.select(['id'])") + text.model(
        "b", "a", extra=", filter='minutes > 1'"
    )
    error = run({"models.py": text.HEAD + models}).job.error
    assert "model 'b' failed: cannot read its inputs: " in error
    assert "No field named minutes" in error


def test_an_interpreter_that_is_not_here_is_a_clear_planning_error(run, text) -> None:
    source = text.HEAD + text.model("old").replace(text.VERSION, "3.4")
    with pytest.raises(PlanningError, match=r"model 'old': Python 3.4 is not available"):
        run({"models.py": source})


def test_a_package_that_is_not_here_fails_as_the_platform_does(run, text) -> None:
    source = text.HEAD + text.model("a").replace("')\ndef", "', pip={'pppandas': '2.1.0'})\ndef")
    error = run({"models.py": source}).job.error
    assert "pppandas was not found in the package registry" in error


def test_a_declared_schema_is_checked_against_the_result(run, text) -> None:
    schema = (
        "class Out(bauplan.TableSchema):\n    id: bauplan.Int64\n    minutes: bauplan.String\n\n"
    )
    source = text.model("a", body="return data.select(['id', 'minutes'])").replace(
        "-> pa.Table", "-> Annotated[pa.Table, Out]"
    )
    error = run({"models.py": text.HEAD + schema + source}).job.error
    assert "column 'minutes' has type double, but Out declares String" in error


def test_a_process_that_dies_is_a_failed_model(run, text) -> None:
    error = run({"models.py": text.HEAD + text.model("a", body="import os\nos.abort()")}).job.error
    assert error == "model 'a' failed: the process of the model ended with signal 6"


def test_a_failing_sql_model_is_named_with_its_file(run) -> None:
    error = run({"bad.sql": 'SELECT CAST("City" AS INT) AS n FROM trips'}).job.error
    assert error.startswith("model 'bad' failed: ")
    assert error.endswith("(bad.sql)")
    assert "Rome" in error


@pytest.mark.parametrize("code", [b"", b"no zip at all"])
def test_a_damaged_snapshot_is_a_planning_error(commander, code) -> None:
    from fake_bauplan.runs.plan import RunRequest

    with pytest.raises(PlanningError, match="no zip file"):
        commander.run(commander.lakehouse.owner, RunRequest(code, ref="demo.dev"))
