"""Catalog values as the client reads them (source: the types in the client's `src/api`)."""

from __future__ import annotations

from typing import Any

from fake_bauplan.catalog.graph import micros
from fake_bauplan.catalog.types import Branch, Commit, Table
from fake_bauplan.clock import iso

# What the platform's store names as the parent of a first commit.
NO_ANCESTOR = "2e1cfa82b035c26cbbbdae632cea070514eb8b773f616aaeaf668e2f0be8f10d"


def branch(value: Branch) -> dict[str, Any]:
    """A branch or a tag."""
    return {"name": value.name, "hash": value.hash}


def commit(value: Commit) -> dict[str, Any]:
    """A commit; author and committer are the same here."""
    actor = {"name": value.author, "email": value.email}
    parents = list(value.parents)
    parent = value.ref._replace(hash=parents[0] if parents else NO_ANCESTOR)
    return {
        "ref": value.ref.as_json(),
        "message": value.message,
        "authors": [actor],
        "authored_date": iso(value.at),
        "committer": actor,
        "committed_date": iso(value.at),
        "parent_ref": parent.as_json(),
        "parent_hashes": parents,
        "properties": dict(value.properties),
        "signed_off_by": [],
    }


def table(value: Table) -> dict[str, Any]:
    """A table; `metadata_location` names a snapshot, not a file: there are no Iceberg files."""
    return {
        "id": value.id,
        "name": value.name,
        "namespace": value.namespace,
        "kind": value.kind,
        "records": value.rows,
        "size": value.size,
        "last_updated_ms": micros(value.updated_at) // 1000,
        "fields": [field._asdict() for field in value.fields],
        "snapshots": value.snapshots,
        "partitions": [partition._asdict() for partition in value.partitions],
        "metadata_location": f"fake-lakehouse:{value.id}/{value.snapshot_id}.metadata.json",
        "current_snapshot_id": value.snapshot_id,
        "current_schema_id": 0,
        "properties": dict(value.properties),
    }
