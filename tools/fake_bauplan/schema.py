"""Arrow types to Iceberg types: what a table can hold, and how `table get` names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa
import pyarrow.types as is_type


class UnsupportedType(ValueError):
    """A column that an Iceberg table cannot hold."""

    def __init__(self, column: str, arrow: pa.DataType) -> None:
        super().__init__(f"Column '{column}' has an unsupported type: {arrow}")


class Field(NamedTuple):
    """A column as the catalog knows it: Iceberg id (from 1), name, `required`, Iceberg type."""

    id: int
    name: str
    required: bool
    type: str


# Arrow types that Iceberg lacks -> the Arrow type of the Iceberg type that holds all their values.
_WIDENED: list[tuple[Callable[[pa.DataType], bool], pa.DataType]] = [
    (lambda t: t in (pa.int8(), pa.int16(), pa.uint8(), pa.uint16()), pa.int32()),
    (is_type.is_uint32, pa.int64()),
    (is_type.is_float16, pa.float32()),
    (lambda t: is_type.is_large_string(t) or is_type.is_string_view(t), pa.string()),
    (lambda t: is_type.is_large_binary(t) or is_type.is_binary_view(t), pa.binary()),
    (is_type.is_date64, pa.date32()),
    (is_type.is_time, pa.time64("us")),
]

_NAMES: list[tuple[Callable[[pa.DataType], bool], str]] = [
    (is_type.is_boolean, "boolean"),
    (is_type.is_int32, "int"),
    (is_type.is_int64, "long"),
    (is_type.is_float32, "float"),
    (is_type.is_float64, "double"),
    (is_type.is_string, "string"),
    (is_type.is_binary, "binary"),
    (is_type.is_date32, "date"),
    (is_type.is_time64, "time"),
]


def storable_type(column: str, arrow: pa.DataType) -> pa.DataType:
    """The Arrow type in which a column is stored; raises UnsupportedType when there is none."""
    for matches, stored in _WIDENED:
        if matches(arrow):
            return stored
    if is_type.is_dictionary(arrow):
        return storable_type(column, arrow.value_type)
    if is_type.is_timestamp(arrow):
        return pa.timestamp("us", "UTC" if arrow.tz else None)
    if is_type.is_struct(arrow):
        return pa.struct([storable_field(field) for field in arrow])
    if is_type.is_map(arrow):
        return pa.map_(
            storable_type(column, arrow.key_type), storable_type(column, arrow.item_type)
        )
    if is_type.is_list(arrow) or is_type.is_large_list(arrow):
        return pa.list_(storable_field(arrow.value_field))
    iceberg_type(column, arrow)
    return arrow


def storable_field(field: pa.Field) -> pa.Field:
    """The field as stored; keeps name and nullability, drops metadata."""
    return pa.field(field.name, storable_type(field.name, field.type), field.nullable)


def storable_schema(schema: pa.Schema) -> pa.Schema:
    """The schema in which a table is stored, whatever flavour of Arrow it came in."""
    return pa.schema([storable_field(field) for field in schema])


def iceberg_type(column: str, arrow: pa.DataType) -> str:
    """The Iceberg name of a storable type, such as `long` or `list<string>`."""
    for matches, name in _NAMES:
        if matches(arrow):
            return name
    if is_type.is_timestamp(arrow):
        return "timestamptz" if arrow.tz else "timestamp"
    if is_type.is_decimal128(arrow):
        return f"decimal({arrow.precision}, {arrow.scale})"
    if is_type.is_fixed_size_binary(arrow):
        return f"fixed[{arrow.byte_width}]"
    return _nested_type(column, arrow)


def _nested_type(column: str, arrow: pa.DataType) -> str:
    if is_type.is_struct(arrow):
        inner = ", ".join(f"{child.name}: {iceberg_type(column, child.type)}" for child in arrow)
        return f"struct<{inner}>"
    if is_type.is_map(arrow):
        key, value = iceberg_type(column, arrow.key_type), iceberg_type(column, arrow.item_type)
        return f"map<{key}, {value}>"
    if is_type.is_list(arrow):
        return f"list<{iceberg_type(column, arrow.value_type)}>"
    raise UnsupportedType(column, arrow)


def fields_of(schema: pa.Schema) -> tuple[Field, ...]:
    """The columns of a stored schema, in order, with Iceberg ids."""
    return tuple(
        Field(number, field.name, not field.nullable, iceberg_type(field.name, field.type))
        for number, field in enumerate(schema, start=1)
    )


def viewed(schema: pa.Schema) -> pa.Schema:
    """The schema with text and bytes as views, which is how DataFusion reads Parquet by itself."""
    kinds = {pa.string(): pa.string_view(), pa.binary(): pa.binary_view()}
    fields = (field.with_type(kinds.get(field.type, field.type)) for field in schema)
    return pa.schema(list(fields))
