"""The real `bauplan` program on the catalog: what a person types, and what it prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from fake_bauplan.lakehouse import Lakehouse

Bauplan = Callable[..., Any]

ONE = pa.table({"id": [1], "name": ["a"]})
TWO = pa.table({"id": [1, 2], "name": ["a", "b"]})


@pytest.fixture(autouse=True)
def _shop(lakehouse: Lakehouse) -> None:
    """Every story begins with one table on main."""
    lakehouse.load_table("shop", "orders", ONE)


def test_info_shows_the_user_and_the_active_branch(bauplan: Bauplan) -> None:
    said = bauplan("info")
    assert said.code == 0
    assert re.search(r"Username +demo\n", said.out)
    assert re.search(r"Active branch +main\n", said.out)


def test_a_branch_from_its_creation_to_its_end(bauplan: Bauplan, lakehouse: Lakehouse) -> None:
    assert 'Created branch "demo.a"' in bauplan("branch", "create", "demo.a").err
    assert "already exists" in bauplan("branch", "create", "demo.a", "--if-not-exists").err
    assert "BRANCH_EXISTS" in bauplan("branch", "create", "demo.a").err
    head = lakehouse.catalog.resolve("main").hash
    assert bauplan("branch", "ls").out.splitlines() == [
        "NAME    ZONE  HASH",
        f"main    main  {head}",
        f"demo.a  demo  {head}",
    ]
    assert bauplan("branch", "ls", "-O", "json", "--name", "demo").json == [
        {"name": "demo.a", "hash": head}
    ]
    assert (
        'Renamed branch "demo.a" to "demo.b"' in bauplan("branch", "rename", "demo.a", "demo.b").err
    )
    assert 'Deleted branch "demo.b"' in bauplan("branch", "delete", "demo.b").err
    assert "does not exist" in bauplan("branch", "rm", "demo.b", "--if-exists").err
    assert "BRANCH_NOT_FOUND" in bauplan("branch", "rm", "demo.b").err


def test_branches_of_others_are_listed_only_on_request(
    bauplan: Bauplan, lakehouse: Lakehouse
) -> None:
    for name in ("demo.mine", "ciro.theirs"):
        lakehouse.catalog.create_branch(name, "main")

    def names(*words: str) -> list[str]:
        return [ref["name"] for ref in bauplan("branch", "ls", "-O", "json", *words).json]

    assert names() == ["main", "demo.mine"]
    assert names("--all-zones") == ["main", "ciro.theirs", "demo.mine"]
    assert names("--user", "ciro") == ["ciro.theirs"]
    assert names("--all-zones", "--limit", "1") == ["main"]


def test_checkout_makes_a_branch_active(bauplan: Bauplan, lakehouse: Lakehouse) -> None:
    head = lakehouse.catalog.resolve("main").hash
    said = bauplan("checkout", "-b", "demo.a", "--from-ref", f"main@{head}")
    assert 'Switched to branch "demo.a"' in said.err
    assert re.search(r"Active branch +demo\.a\n", bauplan("info").out)
    said = bauplan("checkout", "demo.nope")
    assert said.code == 1
    assert "doesn't exist" in said.err


def test_branches_differ_by_their_tables_and_merge(bauplan: Bauplan, lakehouse: Lakehouse) -> None:
    bauplan("checkout", "-b", "demo.a")
    lakehouse.load_table("shop", "items", ONE, "demo.a")
    assert "+TABLE shop.items" in bauplan("branch", "diff", "main").err
    bauplan("checkout", "main")
    assert "Merged branch" in bauplan("branch", "merge", "demo.a").err
    assert "shop       items   TABLE" in bauplan("branch", "get", "main").out
    (commit,) = bauplan("commit", "main", "-n", "1", "-O", "json").json
    assert len(commit["parent_hashes"]) == 2


def test_a_merge_conflict_names_the_table(bauplan: Bauplan, lakehouse: Lakehouse) -> None:
    lakehouse.catalog.create_branch("demo.a", "main")
    for branch in ("demo.a", "main"):
        lakehouse.load_table("shop", "items", ONE, branch)
    said = bauplan("branch", "merge", "demo.a")
    assert said.code == 1
    assert "MERGE_CONFLICT" in said.err
    assert "'shop.items'" in said.err


def test_tags_are_made_listed_renamed_and_removed(bauplan: Bauplan, lakehouse: Lakehouse) -> None:
    assert 'Created tag "v1"' in bauplan("tag", "create", "v1", "--from-ref", "main").err
    head = lakehouse.catalog.resolve("main").hash
    assert bauplan("tag", "ls").out.splitlines() == ["NAME  HASH", f"v1    {head}"]
    assert "orders" in bauplan("table", "ls", "--ref", "v1").out
    assert 'Renamed tag "v1" to "v2"' in bauplan("tag", "rename", "v1", "v2").err
    assert 'Deleted tag "v2"' in bauplan("tag", "rm", "v2").err
    assert "TAG_NOT_FOUND" in bauplan("tag", "rm", "v2").err
    assert bauplan("tag", "ls", "-O", "json").json == []


def test_namespaces_are_made_on_ones_own_branch(bauplan: Bauplan) -> None:
    bauplan("checkout", "-b", "demo.a")
    assert 'Created namespace "raw"' in bauplan("namespace", "create", "raw").err
    assert [row.split() for row in bauplan("namespace", "ls").out.splitlines()] == [
        ["NAME", "KIND"],
        ["bauplan", "NAMESPACE"],
        ["raw", "NAMESPACE"],
        ["shop", "NAMESPACE"],
    ]
    assert "NAMESPACE_EXISTS" in bauplan("namespace", "create", "raw").err
    assert "NAMESPACE_IS_NOT_EMPTY" in bauplan("namespace", "rm", "shop").err
    assert 'Deleted namespace "raw"' in bauplan("namespace", "rm", "raw").err
    assert "CREATE_NAMESPACE_FORBIDDEN" in bauplan("namespace", "create", "x", "-b", "main").err


def test_a_table_at_a_pinned_ref(bauplan: Bauplan, lakehouse: Lakehouse) -> None:
    first = lakehouse.catalog.resolve("main").hash
    lakehouse.load_table("shop", "orders", TWO)
    said = bauplan("table", "get", "shop.orders", "--ref", f"main@{first}", "-O", "json").json
    assert said["records"] == 1
    assert [(field["name"], field["type"]) for field in said["fields"]] == [
        ("id", "long"),
        ("name", "string"),
    ]
    assert re.search(r"id +long", bauplan("table", "get", "shop.orders").out)
    missing = bauplan("table", "get", "shop.nope", "--ref", f"main@{first}")
    assert (missing.code, "TABLE_NOT_FOUND" in missing.err) == (1, True)
    unknown = bauplan("table", "ls", "--ref", "main@" + "0" * 64)
    assert (unknown.code, "REF_NOT_FOUND" in unknown.err) == (1, True)


def test_a_table_is_removed_and_reverted(bauplan: Bauplan, lakehouse: Lakehouse) -> None:
    bauplan("checkout", "-b", "demo.a")
    assert "SAME_REF" in bauplan("table", "revert", "shop.orders", "--source-ref", "main").err
    assert 'Deleted table "shop.orders"' in bauplan("table", "rm", "shop.orders").err
    assert bauplan("table", "ls", "-O", "json").json == []
    assert "Reverted table" in bauplan("table", "revert", "shop.orders", "--source-ref", "main").err
    assert (
        "REVERT_IDENTICAL_TABLE"
        in bauplan("table", "revert", "shop.orders", "--source-ref", "main").err
    )
    lakehouse.load_table("shop", "orders", TWO, "demo.a")
    revert = ("table", "revert", "shop.orders", "--source-ref", "main")
    assert "REVERT_DESTINATION_TABLE_EXISTS" in bauplan(*revert).err
    assert bauplan(*revert, "--replace", "--commit-body", "as it was").code == 0
    (commit,) = bauplan("commit", "-n", "1", "-O", "json").json
    assert commit["message"].endswith("\n\nas it was")


def test_a_history_is_filtered_and_printed(bauplan: Bauplan, lakehouse: Lakehouse) -> None:
    lakehouse.catalog.create_branch("demo.a", "main")
    lakehouse.catalog.merge("main", "demo.a", author=lakehouse.owner)
    lakehouse.load_table("shop", "orders", TWO, "demo.a")
    subjects = [line.split("\t")[1] for line in bauplan(
        "commit", "demo.a", "--format", "oneline"
    ).out.splitlines()]  # fmt: skip
    assert subjects == ["Load shop.orders", "Load shop.orders", "Create main"]
    found = bauplan("commit", "demo.a", "--message", "^Create", "-O", "json").json
    assert [commit["message"] for commit in found] == ["Create main"]
    none = bauplan("commit", "demo.a", "--property", "bpln_job_id=7", "-O", "json").json
    assert none == []
    mine = bauplan("commit", "demo.a", "--property", "bpln_username=demo", "-n", "1", "-O", "json")
    assert [commit["parent_hashes"] for commit in mine.json] == [
        [lakehouse.catalog.resolve("main").hash]
    ]
    full = bauplan("commit", "demo.a", "--format", "fuller", "-n", "1").out
    assert re.search(r"Author: Demo User <.*>\nAuthor Date: \d{4}-.*Z\n", full)


def test_a_wrong_key_is_told_as_such(bauplan: Bauplan) -> None:
    said = bauplan("branch", "ls", BAUPLAN_API_KEY="invalid")
    assert (said.code, "UNAUTHORIZED" in said.err) == (1, True)
    assert bauplan("info", BAUPLAN_API_KEY="invalid").code == 1
