"""Plans for new tables: the columns that files have, as YAML that a person can correct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.types as is_type
import yaml

from fake_bauplan.catalog.types import Partition
from fake_bauplan.errors import BadRequest, NotImplementedYet
from fake_bauplan.objects import Source
from fake_bauplan.runs.writes import partition
from fake_bauplan.schema import iceberg_type, storable_schema

SIMPLE = {
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "time": pa.time64("us"),
}


class Target(NamedTuple):
    """The table that is to be made."""

    branch: str
    namespace: str
    name: str
    replace: bool = False


class TablePlan(NamedTuple):
    """A plan that can be applied: the target, its columns, its partitions."""

    target: Target
    schema: pa.Schema
    partitions: tuple[Partition, ...]


def plan_text(
    target: Target, search: str, sources: Sequence[Source], partitioned_by: str
) -> tuple[str, bool]:
    """The plan as YAML, and whether it has no conflicts."""
    found = _types_by_column(sources)
    conflicts = [_conflict(name, types) for name, types in found.items() if len(types) > 1]
    plan = {
        "table_create_plan": {**target._asdict(), "search_uri": search},
        "schema_info": {
            "conflicts": conflicts,
            "detected_schemas": [
                {"column_name": name, "src_datatypes": types, "dst_datatype": types}
                for name, types in found.items()
            ],
            "partitions": [
                {"from_column_name": item.name, "transform": {"name": item.transform}}
                for item in map(partition, _split(partitioned_by))
            ],
        },
    }
    return yaml.dump(plan, Dumper=_NoAliases, sort_keys=False), not conflicts


class _NoAliases(yaml.SafeDumper):
    """Writes a value that occurs twice twice, so that one can be edited alone."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Never."""
        return True


def _types_by_column(sources: Sequence[Source]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for source in sources:
        for field in storable_schema(source.schema()):
            types = found.setdefault(field.name, [])
            told = told_type(field)
            if told not in types:
                types.append(told)
    return found


def _conflict(name: str, types: list[dict[str, str]]) -> dict[str, str]:
    choices = " or ".join(item["datatype"] for item in types)
    step = f"In the destination_datatype, please choose between ({choices})"
    return {"column_with_conflict": name, "reconcile_step": step}


def _split(text: str) -> list[str]:
    return [part for part in text.split(",") if part.strip()]


def told_type(field: pa.Field) -> dict[str, str]:
    """A column's type as a plan names it: `{datatype: timestamp, unit: us, timezone: UTC}`."""
    if not is_type.is_timestamp(field.type):
        return {"datatype": iceberg_type(field.name, field.type)}
    told = {"datatype": "timestamp", "unit": str(field.type.unit)}
    return {**told, "timezone": "UTC"} if field.type.tz else told


def read_plan(text: str) -> TablePlan:
    """A plan from YAML; raises BadRequest where it has conflicts left or is none."""
    try:
        plan = yaml.safe_load(text)
        made, info = plan["table_create_plan"], plan["schema_info"]
        target = Target(*(made[name] for name in Target._fields))
        if info["conflicts"]:
            raise BadRequest("the plan has conflicts: resolve them and empty `conflicts`")
        fields = [pa.field(item["column_name"], _chosen(item)) for item in info["detected_schemas"]]
        partitions = tuple(
            Partition(item["from_column_name"], item["transform"]["name"])
            for item in info.get("partitions") or []
        )
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise BadRequest(f"this is no plan of a table: {error}") from error
    _check_partitions(partitions, fields)
    return TablePlan(target, pa.schema(fields), partitions)


def _check_partitions(partitions: Sequence[Partition], fields: Sequence[pa.Field]) -> None:
    names = {field.name for field in fields}
    for item in partitions:
        if item.name not in names:
            raise BadRequest(f"cannot partition by '{item.name}': there is no such column")


def _chosen(item: dict[str, Any]) -> pa.DataType:
    """The one type that a column shall have."""
    choices = item["dst_datatype"]
    if len(choices) != 1:
        raise BadRequest(f"column '{item['column_name']}' needs exactly one dst_datatype")
    told = choices[0]
    if "parse_format" in told:
        raise NotImplementedYet("A parse_format in a plan")
    if told["datatype"] == "timestamp":
        return pa.timestamp(told.get("unit", "us"), "UTC" if told.get("timezone") else None)
    if told["datatype"] not in SIMPLE:
        raise NotImplementedYet(f"The type '{told['datatype']}' in a plan")
    return SIMPLE[told["datatype"]]
