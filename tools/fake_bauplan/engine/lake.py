"""One ref of the catalog as DataFusion sees it. Only `engine.py` loads this, when a query comes."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from datafusion import SessionConfig, SessionContext, SQLOptions
from datafusion.catalog import CatalogProvider, SchemaProvider, Table
from pyarrow import dataset

from fake_bauplan.catalog.types import Table as CatalogTable
from fake_bauplan.errors import PlatformError
from fake_bauplan.schema import viewed

if TYPE_CHECKING:
    from fake_bauplan.engine import Engine

LAKE = "bauplan"
# DataFusion asks for tables inside its own runtime, where no file may be opened: threads do it.
_OPENERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="open-table")
READ_ONLY = SQLOptions().with_allow_ddl(False).with_allow_dml(False).with_allow_statements(False)


def session(
    engine: Engine, ref: str, namespace: str, extra: Mapping[str, pa.Table], views: bool
) -> SessionContext:
    """A session for one query; see `Engine.prepare`."""
    config = (
        SessionConfig()
        .set("datafusion.sql_parser.enable_ident_normalization", "false")
        .set("datafusion.catalog.default_catalog", LAKE)
        .set("datafusion.catalog.default_schema", namespace)
        .with_target_partitions(1)
    )
    context = SessionContext(config)
    provider = _Lake(engine, context, ref, namespace, extra, views)
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
            return self._local(local)
        try:
            table = self._engine.catalog.table(self._ref, full_name)
        except PlatformError:
            return None
        return self._files(table)

    def _local(self, table: pa.Table) -> Table:
        """A table in memory as one partition: each chunk would be one, and no row would be none,
        which DataFusion cannot sort.
        """
        if table.num_rows:
            return Table(dataset.dataset(table.combine_chunks()))
        empty = pa.RecordBatch.from_pylist([], schema=table.schema)
        return Table(SessionContext().create_dataframe([[empty]]))

    def names(self, namespace: str) -> set[str]:
        """The tables of one namespace."""
        return {table.name for table in self._engine.catalog.tables(self._ref, namespace)}

    def _files(self, table: CatalogTable) -> Table:
        schema = viewed(table.schema) if self._views else table.schema
        if not table.files:
            return self._local(schema.empty_table())
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
