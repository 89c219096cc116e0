"""REST calls about namespaces and tables."""

from __future__ import annotations

from fake_bauplan.catalog.trees import full_name
from fake_bauplan.catalog.types import (
    DEFAULT_NAMESPACE,
    Change,
    Commit,
    CopyTable,
    DropNamespace,
    DropTable,
    PutNamespace,
    Table,
)
from fake_bauplan.errors import (
    BadRequest,
    RevertDestinationTableExists,
    RevertIdenticalTable,
    SameRef,
    TableNotFound,
)
from fake_bauplan.patterns import Pattern
from fake_bauplan.permissions import check_write
from fake_bauplan.refs import Ref
from fake_bauplan.wire import rest_views as views
from fake_bauplan.wire.rest import Answer, Call, route


def _write(call: Call, branch: str, action: str, change: Change, subject: str) -> Commit:
    call.lakehouse.catalog.writable(branch)
    check_write(call.user, branch, action)
    return call.lakehouse.catalog.commit(
        branch,
        [change],
        message=call.message(subject),
        author=call.user,
        properties=call.properties(),
    )


def _named(call: Call, table: str) -> str:
    return full_name(table, call.query.get("namespace"), DEFAULT_NAMESPACE)


@route("GET", "/catalog/v0/refs/{}/namespaces")
def list_namespaces(call: Call, ref: str) -> Answer:
    """The namespaces at a ref."""
    at = call.lakehouse.catalog.resolve(ref)
    found = Pattern(call.query.get("filter_by_name")).keep(
        call.lakehouse.catalog.namespaces(str(at)), str
    )
    rest = [name for name in found if name > (call.after or "")]
    page = rest[: call.limit]
    more = page[-1] if len(rest) > call.limit else None
    return Answer([{"name": name} for name in page], at, more)


@route("GET", "/catalog/v0/refs/{}/namespaces/{}")
def get_namespace(call: Call, ref: str, name: str) -> Answer:
    """One namespace."""
    at = call.lakehouse.catalog.resolve(ref)
    return Answer({"name": call.lakehouse.catalog.namespace(str(at), name)}, at)


@route("POST", "/catalog/v0/branches/{}/namespaces")
def create_namespace(call: Call, branch: str) -> Answer:
    """A new namespace on a branch of one's own."""
    name = call.text("namespace_name")
    done = _write(call, branch, "CREATE_NAMESPACE", PutNamespace(name), f"Create namespace {name}")
    return Answer({"name": name}, done.ref)


@route("DELETE", "/catalog/v0/branches/{}/namespaces/{}")
def delete_namespace(call: Call, branch: str, name: str) -> Answer:
    """Remove an empty namespace from a branch of one's own."""
    done = _write(call, branch, "DELETE_NAMESPACE", DropNamespace(name), f"Delete namespace {name}")
    return Answer(done.ref.as_json(), done.ref)


@route("GET", "/catalog/v0/refs/{}/tables")
def list_tables(call: Call, ref: str) -> Answer:
    """The tables at a ref."""
    at = call.lakehouse.catalog.resolve(ref)
    page = call.lakehouse.catalog.table_page(
        str(at),
        call.query.get("filter_by_namespace"),
        call.query.get("filter_by_name"),
        call.after,
        call.limit,
    )
    return Answer([views.table(item) for item in page.items], at, page.next)


@route("GET", "/catalog/v0/refs/{}/tables/{}")
def get_table(call: Call, ref: str, table: str) -> Answer:
    """One table, with its schema."""
    at = call.lakehouse.catalog.resolve(ref)
    return Answer(views.table(call.lakehouse.catalog.table(str(at), _named(call, table))), at)


@route("DELETE", "/catalog/v0/branches/{}/tables/{}")
def delete_table(call: Call, branch: str, table: str) -> Answer:
    """Remove a table from a branch of one's own."""
    name = _named(call, table)
    namespace, _, bare = name.rpartition(".")
    done = _write(call, branch, "DELETE_TABLE", DropTable(namespace, bare), f"Delete table {name}")
    return Answer(done.ref.as_json(), done.ref)


@route("POST", "/catalog/v0/refs/{}/tables/{}/revert/{}")
def revert_table(call: Call, source: str, table: str, into: str) -> Answer:
    """Put a table of a branch of one's own back to its state at any ref."""
    name = _named(call, table)
    at = call.lakehouse.catalog.resolve(source)
    head = call.lakehouse.catalog.writable(into)
    if at.hash == head.hash:
        raise SameRef(at, Ref("BRANCH", head.name, head.hash))
    old = call.lakehouse.catalog.table(str(at), name)
    _check_revert(call, old, into)
    done = _write(call, into, "REVERT_TABLE", CopyTable(old), f"Revert table {name} to {source}")
    return Answer(done.ref.as_json(), done.ref)


def _check_revert(call: Call, old: Table, into: str) -> None:
    replace = call.body.get("replace") or False
    if not isinstance(replace, bool):
        raise BadRequest("replace is not true or false")
    try:
        there = call.lakehouse.catalog.table(into, old.full_name)
    except TableNotFound:
        return
    if there.snapshot_id == old.snapshot_id:
        raise RevertIdenticalTable(old.full_name, there.full_name)
    if not replace:
        raise RevertDestinationTableExists(old.full_name, there.full_name)
