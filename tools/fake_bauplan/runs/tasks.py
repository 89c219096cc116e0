"""One model or expectation of a run: its code executed, its result checked against its words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from fake_bauplan.engine import SqlError
from fake_bauplan.runs.inputs import Tables, TaskFailed, read
from fake_bauplan.runs.plan import Plan, RunRequest
from fake_bauplan.runs.runner import LineSink, Process, Report, Work, environment
from fake_bauplan.schema import UnsupportedType, storable_schema
from pipeline_guard.project import Model
from pipeline_guard.project import graph as project_graph

SDK_TYPES = {
    "Bool": pa.bool_(),
    "Int32": pa.int32(),
    "Int64": pa.int64(),
    "Float64": pa.float64(),
    "String": pa.string(),
    "Binary": pa.binary(),
    "Date32": pa.date32(),
    "Date64": pa.date64(),
    "TimestampMicro": pa.timestamp("us"),
    "TimestampNano": pa.timestamp("ns"),
    "TimestampMicroUTC": pa.timestamp("us", "UTC"),
    "TimestampNanoUTC": pa.timestamp("ns", "UTC"),
}


def run_sql(model: Model, tables: Tables) -> pa.Table:
    """The result of a SQL model; raises TaskFailed."""
    try:
        return tables.query(model.sql)
    except SqlError as error:
        raise TaskFailed(f"{error} ({model.file})", str(error)) from error


def run_python(
    model: Model,
    process: Process,
    project: Path,
    tables: Tables,
    request: RunRequest,
    sink: LineSink,
) -> pa.Table | None:
    """Call a Python model or expectation in `process`; the result of a model, else None.

    Raises TaskFailed, for an expectation that does not hold too.
    """
    output = tables.folder / f"output-{model.name}.arrow"
    work = Work(
        str(project),
        model.file.removesuffix(".py"),
        model.function,
        _inputs(model, tables),
        {name: request.parameters[value] for name, value in model.arguments.items()},
        tuple(model.packages),
        str(output),
        str(tables.folder / f"report-{model.name}.json"),
        environment(project),
        model.kind == "expectation",
        request.legacy,
    )
    _raise_failure(model, process.run(work, sink))
    return None if model.kind == "expectation" else read(output)


def _inputs(model: Model, tables: Tables) -> Mapping[str, str]:
    try:
        return {wanted.parameter: tables.input(wanted) for wanted in model.inputs}
    except SqlError as error:
        raise TaskFailed(f"cannot read its inputs: {error}") from error


def _raise_failure(model: Model, report: Report) -> None:
    """Turn what a process reported into the failure it was, if it was one."""
    soft = model.kind == "expectation"
    if report.missing:
        names = ", ".join(report.missing)
        were = "was" if len(report.missing) == 1 else "were"
        raise TaskFailed(
            f"cannot build the environment: {names} {were} not found in the package registry"
        )
    if report.error:
        where = f" ({report.file}:{report.line})" if report.file else ""
        asserted = report.error.startswith("AssertionError")
        raise TaskFailed(f"{report.error}{where}", report.trace, soft and asserted)
    if report.unsupported:
        raise TaskFailed(f"{_what(model)} returned unsupported type: {report.unsupported}")
    if report.holds is False:
        raise TaskFailed("expectation returned false", soft=True)


def _what(model: Model) -> str:
    return "expectation" if model.kind == "expectation" else "model"


def check_output(model: Model, table: pa.Table, plan: Plan) -> None:
    """Compare a result with what the model declares; raises TaskFailed."""
    try:
        storable_schema(table.schema)
    except UnsupportedType as error:
        raise TaskFailed(str(error)) from error
    declared = project_graph.declared_columns(plan.project, model)
    if declared is not None and sorted(declared) != sorted(table.column_names):
        raise TaskFailed(
            f"model returned the columns {', '.join(table.column_names)}, "
            f"but declares {', '.join(declared)}",
            soft=True,
        )
    for field in plan.project.schemas.get(model.output, ()):
        wanted = SDK_TYPES.get(field.type)
        actual = table.schema.field(field.name).type
        if wanted is not None and actual != wanted:
            raise TaskFailed(
                f"column '{field.name}' has type {actual}, but {model.output} declares "
                f"{field.type} ({wanted})",
                soft=True,
            )
