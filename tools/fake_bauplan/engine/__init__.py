"""SQL on Apache DataFusion over the catalog's Parquet files at one ref.

Names are case-sensitive, as on the platform. A table is opened when a query names it, never before,
so a lakehouse of ten thousand tables costs nothing. One partition per query keeps the order of rows
the same each time. DataFusion takes longer to load than all the rest: the first query loads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.types as is_type

from fake_bauplan.catalog import Catalog
from fake_bauplan.catalog.types import DEFAULT_NAMESPACE
from fake_bauplan.storage import Store

if TYPE_CHECKING:
    from datafusion import DataFrame


class SqlError(Exception):
    """A query that cannot be planned or that failed while it ran; the message is DataFusion's."""


class Engine:
    """Runs SELECTs; safe to use from many threads."""

    def __init__(self, catalog: Catalog, store: Store) -> None:
        self.catalog = catalog
        self.store = store

    def query(
        self,
        sql: str,
        ref: str,
        namespace: str = DEFAULT_NAMESPACE,
        extra: Mapping[str, pa.Table] | None = None,
        parameters: Mapping[str, object] | None = None,
        views: bool = True,
    ) -> pa.Table:
        """The rows of one SELECT; see `prepare`."""
        result = collect(self.prepare(sql, ref, namespace, extra, parameters, views))
        return result if views else plain(result)

    def prepare(
        self,
        sql: str,
        ref: str,
        namespace: str = DEFAULT_NAMESPACE,
        extra: Mapping[str, pa.Table] | None = None,
        parameters: Mapping[str, object] | None = None,
        views: bool = True,
    ) -> DataFrame:
        """A planned SELECT at `ref` (`branch@hash`), with bare names in `namespace`.

        `extra` are tables that the lake does not have, such as results of models; they win over
        the lake's. `parameters` stand for `$name`. With `views` text columns are `string_view`, as
        the platform's queries return them; without, plain `string`, as models get them.
        Raises SqlError.
        """
        from fake_bauplan.engine import lake

        session = lake.session(self, ref, namespace, extra or {}, views)
        try:
            values = dict(parameters or {})
            return session.sql_with_options(sql, lake.READ_ONLY, param_values=values)
        except Exception as error:
            raise SqlError(_readable(error)) from error


def collect(frame: DataFrame) -> pa.Table:
    """Run a planned query; raises SqlError."""
    try:
        return frame.to_arrow_table()
    except Exception as error:
        raise SqlError(_readable(error)) from error


def plain(table: pa.Table) -> pa.Table:
    """The table without views and without metadata on its fields, as models get it."""
    fields = [
        pa.field(field.name, _plain_type(field.type), field.nullable) for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if is_type.is_string_view(kind) or is_type.is_large_string(kind):
        return pa.string()
    if is_type.is_binary_view(kind) or is_type.is_large_binary(kind):
        return pa.binary()
    return kind


def quoted(name: str) -> str:
    """An identifier for SQL; `namespace.table` becomes two."""
    return ".".join('"{}"'.format(part.replace('"', '""')) for part in name.split("."))


def _readable(error: Exception) -> str:
    """DataFusion's message without its own advice on a setting that nobody here can change."""
    lines = str(error).removeprefix("DataFusion error: ").splitlines()
    advice = "Column names are case sensitive. You can use double quotes"
    return "\n".join(line for line in lines if not line.startswith(advice))
