"""SQL on Apache DataFusion over the catalog's Parquet files at one ref.

Names are case-sensitive, as on the platform. A table is opened when a query names it, never before,
so a lakehouse of ten thousand tables costs nothing. One partition per query keeps the order of rows
the same each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pyarrow.types as is_type
from datafusion import DataFrame, SessionConfig, SessionContext, SQLOptions
from datafusion.catalog import CatalogProvider, SchemaProvider, Table
from pyarrow import dataset

from fake_bauplan.catalog import Catalog
from fake_bauplan.catalog_types import Table as CatalogTable
from fake_bauplan.errors import PlatformError
from fake_bauplan.storage import Store

LAKE = "bauplan"
# DataFusion asks for tables inside its own runtime, where no file may be opened: threads do it.
_OPENERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="open-table")
READ_ONLY = SQLOptions().with_allow_ddl(False).with_allow_dml(False).with_allow_statements(False)


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
        namespace: str = LAKE,
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
        namespace: str = LAKE,
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
        session = self._session(ref, namespace, extra or {}, views)
        try:
            return session.sql_with_options(sql, READ_ONLY, param_values=dict(parameters or {}))
        except Exception as error:
            raise SqlError(_readable(error)) from error

    def _session(
        self, ref: str, namespace: str, extra: Mapping[str, pa.Table], views: bool
    ) -> SessionContext:
        config = (
            SessionConfig()
            .set("datafusion.sql_parser.enable_ident_normalization", "false")
            .set("datafusion.catalog.default_catalog", LAKE)
            .set("datafusion.catalog.default_schema", namespace)
            .with_target_partitions(1)
        )
        context = SessionContext(config)
        provider = _Lake(self, context, ref, namespace, extra, views)
        context.register_catalog_provider(LAKE, provider)
        return context


class _Lake(CatalogProvider):
    """The namespaces at one ref."""

    def __init__(
        self,
        engine: Engine,
        context: SessionContext,
        ref: str,
        namespace: str,
        extra: Mapping[str, pa.Table],
        views: bool,
    ) -> None:
        self._engine = engine
        self._context = context
        self._ref = ref
        self._namespace = namespace
        self._extra = extra
        self._views = views

    def schema_names(self) -> set[str]:
        """The namespaces; the default one is there even when it holds nothing yet."""
        return {*self._engine.catalog.namespaces(self._ref), self._namespace}

    def schema(self, name: str) -> Any:
        """One namespace; whether it exists is seen when a table of it is asked for."""
        return _Namespace(self, name)

    def open(self, namespace: str, name: str) -> Table | None:
        """A table by its namespace and name, or None."""
        full_name = f"{namespace}.{name}"
        local = self._extra.get(full_name)
        if local is None and namespace == self._namespace:
            local = self._extra.get(name)
        if local is not None:
            return Table(dataset.dataset(local.combine_chunks()))  # each chunk is a partition
        try:
            table = self._engine.catalog.table(self._ref, full_name)
        except PlatformError:
            return None
        return self._files(table)

    def names(self, namespace: str) -> set[str]:
        """The tables of one namespace."""
        return {table.name for table in self._engine.catalog.tables(self._ref, namespace)}

    def _files(self, table: CatalogTable) -> Table:
        schema = viewed(table.schema) if self._views else table.schema
        if not table.files:
            return Table(dataset.dataset(schema.empty_table()))
        frames = [
            self._context.read_parquet(str(self._engine.store.path(file.digest)), schema=schema)
            for file in table.files
        ]
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.union(frame)
        return Table(whole)


class _Namespace(SchemaProvider):
    """The tables of one namespace at one ref."""

    def __init__(self, lake: _Lake, name: str) -> None:
        self._lake = lake
        self._name = name

    def table_names(self) -> set[str]:
        """The names of the tables."""
        return _OPENERS.submit(self._lake.names, self._name).result()

    def table_exist(self, name: str) -> bool:
        """Whether there is such a table."""
        return self.table(name) is not None

    def table(self, name: str) -> Table | None:
        """One table, opened now."""
        return _OPENERS.submit(self._lake.open, self._name, name).result()


def collect(frame: DataFrame) -> pa.Table:
    """Run a planned query; raises SqlError."""
    try:
        return frame.to_arrow_table()
    except Exception as error:
        raise SqlError(_readable(error)) from error


def viewed(schema: pa.Schema) -> pa.Schema:
    """The schema with text and bytes as views, which is how DataFusion reads Parquet by itself."""
    kinds = {pa.string(): pa.string_view(), pa.binary(): pa.binary_view()}
    fields = (field.with_type(kinds.get(field.type, field.type)) for field in schema)
    return pa.schema(list(fields))


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
