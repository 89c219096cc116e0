"""Git for data: what branches, commits, tags and merges promise, without a server."""

from __future__ import annotations

import pyarrow as pa
import pytest

from fake_bauplan import errors
from fake_bauplan.catalog import Catalog
from fake_bauplan.catalog.types import (
    Change,
    CommitFilter,
    CopyTable,
    DropNamespace,
    DropTable,
    PutNamespace,
    PutTable,
)
from fake_bauplan.lakehouse import Lakehouse

ONE = pa.table({"x": [1]})
TWO = pa.table({"x": [1, 2]})


@pytest.fixture
def catalog(lakehouse: Lakehouse) -> Catalog:
    return lakehouse.catalog


def write(lakehouse: Lakehouse, branch: str, name: str, table: pa.Table = ONE) -> str:
    """Write `shop.<name>` to a branch; gives the commit."""
    return lakehouse.load_table("shop", name, table, branch).hash


def rows(catalog: Catalog, ref: str) -> dict[str, int]:
    """Full name -> rows of every table at a ref."""
    return {table.full_name: table.rows for table in catalog.tables(ref)}


def test_a_new_catalog_has_main_with_the_default_namespace(catalog: Catalog) -> None:
    assert [branch.name for branch in catalog.names("BRANCH").items] == ["main"]
    assert catalog.namespaces("main") == ["bauplan"]
    assert len(catalog.resolve("main").hash) == 64


def test_a_branch_is_a_copy_that_costs_nothing_and_changes_alone(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    write(lakehouse, "main", "orders")
    catalog.create_branch("demo.a", "main")
    assert catalog.resolve("demo.a").hash == catalog.resolve("main").hash
    write(lakehouse, "demo.a", "orders", TWO)
    assert (rows(catalog, "main"), rows(catalog, "demo.a")) == (
        {"shop.orders": 1},
        {"shop.orders": 2},
    )


def test_a_pinned_ref_never_changes(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    first = write(lakehouse, "main", "orders")
    catalog.create_tag("v1", "main")
    write(lakehouse, "main", "orders", TWO)
    for ref in (f"main@{first}", f"@{first}", "v1", f"v1@{first}"):
        assert rows(catalog, ref) == {"shop.orders": 1}
    assert rows(catalog, "main") == {"shop.orders": 2}


@pytest.mark.parametrize("from_ref", ["main", "main@{0}", "@{0}", "v1"])
def test_branches_start_at_any_ref(lakehouse: Lakehouse, from_ref: str) -> None:
    first = write(lakehouse, "main", "orders")
    lakehouse.catalog.create_tag("v1", "main")
    made = lakehouse.catalog.create_branch("demo.a", from_ref.format(first))
    assert made.hash == first


def test_a_hash_must_be_in_the_branchs_own_history(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    catalog.create_branch("demo.a", "main")
    foreign = write(lakehouse, "demo.a", "orders")
    assert catalog.resolve(f"demo.a@{foreign}").name == "demo.a"
    with pytest.raises(errors.RefNotFound):
        catalog.resolve(f"main@{foreign}")


@pytest.mark.parametrize(
    "ref", ["", "@", "main@", "main@123", "a b", "main@" + "G" * 64, "-x", "a..b"]
)
def test_what_is_no_ref_is_refused(catalog: Catalog, ref: str) -> None:
    with pytest.raises(errors.InvalidRef):
        catalog.resolve(ref)


@pytest.mark.parametrize("ref", ["nope", "@" + "0" * 64, "main@" + "0" * 64, "0" * 64 + "x"])
def test_an_unknown_ref_is_not_found(catalog: Catalog, ref: str) -> None:
    with pytest.raises((errors.RefNotFound, errors.InvalidRef)):
        catalog.resolve(ref)


def test_branches_and_tags_share_their_names(catalog: Catalog) -> None:
    catalog.create_tag("v1", "main")
    with pytest.raises(errors.RefExists) as error:
        catalog.create_branch("v1", "main")
    assert error.value.type == "BRANCH_EXISTS"
    with pytest.raises(errors.NotABranchRef):
        catalog.branch("v1")
    with pytest.raises(errors.NotATagRef):
        catalog.delete_tag("main")


def test_a_renamed_branch_keeps_its_commits(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    catalog.create_branch("demo.a", "main")
    head = write(lakehouse, "demo.a", "orders")
    assert catalog.rename_branch("demo.a", "demo.b").hash == head
    with pytest.raises(errors.BranchNotFound):
        catalog.branch("demo.a")
    with pytest.raises(errors.RefExists):
        catalog.rename_branch("demo.b", "main")


def test_a_deleted_branchs_commits_are_still_found(lakehouse: Lakehouse) -> None:
    lakehouse.catalog.create_branch("demo.a", "main")
    head = write(lakehouse, "demo.a", "orders")
    lakehouse.catalog.delete_branch("demo.a")
    assert rows(lakehouse.catalog, f"@{head}") == {"shop.orders": 1}


def test_a_commit_is_all_or_nothing(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    before = catalog.resolve("main")
    changes: list[Change] = [PutNamespace("shop"), DropTable("shop", "never_was")]
    with pytest.raises(errors.TableNotFound):
        catalog.commit("main", changes, message="both", author=lakehouse.owner)
    assert catalog.resolve("main") == before
    assert catalog.namespaces("main") == ["bauplan"]


def test_a_head_that_moved_is_a_conflict_not_a_lost_update(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    seen = catalog.resolve("main")
    moved = write(lakehouse, "main", "orders")
    with pytest.raises(errors.BranchHeadChanged) as error:
        catalog.commit(
            "main",
            [PutNamespace("late")],
            message="late",
            author=lakehouse.owner,
            expected_head=seen.hash,
        )
    assert error.value.context["head_ref"].hash == moved
    assert "late" not in catalog.namespaces("main")


def test_a_merge_brings_the_other_branchs_changes_in_one_commit(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    write(lakehouse, "main", "orders")
    catalog.create_branch("demo.a", "main")
    theirs = write(lakehouse, "demo.a", "items", TWO)
    ours = write(lakehouse, "main", "orders", TWO)
    merged = catalog.merge("demo.a", "main", author=lakehouse.owner)
    newest = catalog.commits("main", limit=1).items[0]
    assert newest.hash == merged.hash
    assert newest.parents == (ours, theirs)
    assert rows(catalog, "main") == {"shop.items": 2, "shop.orders": 2}


def test_merging_what_is_there_already_changes_nothing(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    catalog.create_branch("demo.a", "main")
    head = write(lakehouse, "main", "orders")
    assert catalog.merge("demo.a", "main", author=lakehouse.owner).hash == head


def test_two_creations_of_one_table_conflict(lakehouse: Lakehouse) -> None:
    """The manual's concurrency conflict: the second merge names the table that both made."""
    catalog = lakehouse.catalog
    for branch in ("demo.a", "demo.b"):
        catalog.create_branch(branch, "main")
        write(lakehouse, branch, "orders")
    catalog.merge("demo.a", "main", author=lakehouse.owner)
    before = catalog.resolve("main")
    with pytest.raises(errors.MergeConflict, match=r"in conflict: 'shop\.orders'"):
        catalog.merge("demo.b", "main", author=lakehouse.owner)
    assert catalog.resolve("main") == before


def test_a_later_branch_overwrites_without_a_conflict(lakehouse: Lakehouse) -> None:
    """The manual's naming conflict: who branched after the first merge updates the table."""
    catalog = lakehouse.catalog
    write(lakehouse, "main", "orders")
    catalog.create_branch("demo.b", "main")
    write(lakehouse, "demo.b", "orders", TWO)
    catalog.merge("demo.b", "main", author=lakehouse.owner)
    assert rows(catalog, "main") == {"shop.orders": 2}


def test_a_table_and_the_removal_of_its_namespace_conflict(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    namespace = [PutNamespace("shop")]
    catalog.commit("main", namespace, message="shop", author=lakehouse.owner)
    catalog.create_branch("demo.a", "main")
    write(lakehouse, "demo.a", "orders")
    catalog.commit("main", [DropNamespace("shop")], message="gone", author=lakehouse.owner)
    with pytest.raises(errors.MergeConflict):
        catalog.merge("demo.a", "main", author=lakehouse.owner)


def test_a_branch_can_be_merged_again_after_more_work(lakehouse: Lakehouse) -> None:
    """The merged commit is the new common ancestor, so old changes are not in conflict again."""
    catalog = lakehouse.catalog
    catalog.create_branch("demo.a", "main")
    for table in (ONE, TWO):
        write(lakehouse, "demo.a", "orders", table)
        catalog.merge("demo.a", "main", author=lakehouse.owner)
    assert rows(catalog, "main") == {"shop.orders": 2}


def test_a_transactional_run_ends_in_one_step(lakehouse: Lakehouse) -> None:
    """Merging and dropping the transaction branch are one change: no state has one without it."""
    catalog = lakehouse.catalog
    catalog.create_branch("demo.a", "main")
    catalog.create_branch("demo.a-bpln-tx-run-1", "demo.a")
    write(lakehouse, "demo.a-bpln-tx-run-1", "orders")
    properties = {"bpln_job_id": "7"}
    catalog.merge(
        "demo.a-bpln-tx-run-1",
        "demo.a",
        author=lakehouse.owner,
        message="Run job_id=7",
        properties=properties,
        delete_source=True,
    )
    found = catalog.commits("demo.a", CommitFilter(properties=properties)).items
    assert [commit.message for commit in found] == ["Run job_id=7"]
    assert [branch.name for branch in catalog.names("BRANCH").items] == ["main", "demo.a"]


def test_a_merge_that_cannot_drop_its_source_does_not_happen(lakehouse: Lakehouse) -> None:
    """What a change has written before it fails is undone with it."""
    catalog = lakehouse.catalog
    catalog.create_branch("demo.a", "main")
    theirs = write(lakehouse, "demo.a", "orders")
    before = catalog.resolve("main")
    with pytest.raises(errors.BranchNotFound):
        catalog.merge(f"@{theirs}", "main", author=lakehouse.owner, delete_source=True)
    assert catalog.resolve("main") == before


def test_an_append_keeps_the_rows_that_came_meanwhile(lakehouse: Lakehouse) -> None:
    write(lakehouse, "main", "orders", TWO)
    stored = lakehouse.store.put(ONE)
    put = PutTable("shop", "orders", ONE.schema, [stored], append=True)
    lakehouse.catalog.commit("main", [put], message="append", author=lakehouse.owner)
    table = lakehouse.catalog.table("main", "shop.orders")
    assert lakehouse.store.read(table.files, table.schema)["x"].to_pylist() == [1, 2, 1]
    assert table.snapshots == 2


def test_a_revert_restores_the_snapshot(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    first = write(lakehouse, "main", "orders")
    old = catalog.table(f"main@{first}", "shop.orders")
    write(lakehouse, "main", "orders", TWO)
    catalog.commit("main", [CopyTable(old)], message="revert", author=lakehouse.owner)
    assert catalog.table("main", "shop.orders") == old


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ([PutNamespace("bauplan")], errors.NamespaceExists),
        ([DropNamespace("nope")], errors.NamespaceNotFound),
        ([PutTable("nope", "t", ONE.schema, [])], errors.NamespaceNotFound),
        ([PutTable("bauplan", "a.b", ONE.schema, [])], errors.BadRequest),
        ([PutTable("bauplan", "", ONE.schema, [])], errors.BadRequest),
        ([PutNamespace("a/b")], errors.BadRequest),
        ([PutNamespace("a"), PutNamespace("a.b"), DropNamespace("a")], errors.NamespaceIsNotEmpty),
        (
            [PutNamespace("a.b"), PutNamespace("a"), PutTable("a", "b", ONE.schema, [])],
            errors.TableExists,
        ),
        ([PutTable("bauplan", "t", ONE.schema, []), PutNamespace("bauplan.t")], errors.TableExists),
    ],
)
def test_changes_that_make_no_sense_are_refused(
    lakehouse: Lakehouse, changes: list[Change], error: type[errors.PlatformError]
) -> None:
    with pytest.raises(error):
        lakehouse.catalog.commit("main", changes, message="no", author=lakehouse.owner)


@pytest.mark.parametrize("ref", ["v1", "main@{0}", "@{0}"])
def test_only_branches_are_written(lakehouse: Lakehouse, ref: str) -> None:
    head = lakehouse.catalog.create_tag("v1", "main").hash
    with pytest.raises(errors.NotAWriteBranchRef):
        lakehouse.catalog.commit(
            ref.format(head), [PutNamespace("a")], message="no", author=lakehouse.owner
        )


def test_a_history_is_found_by_message_author_date_parent_and_property(
    lakehouse: Lakehouse,
) -> None:
    catalog = lakehouse.catalog
    first = write(lakehouse, "main", "orders")
    second = catalog.commit(
        "main",
        [PutNamespace("a")],
        message="add a",
        author=lakehouse.owner,
        properties={"ticket": 'x"7', 'a"ticket': "z"},
    )
    for wanted in (
        CommitFilter(message="^add"),
        CommitFilter(properties={"ticket": 'x"7'}),
        CommitFilter(parent=first),
        CommitFilter(username="^demo$", message="a$"),
        CommitFilter(since=second.at, email="demo@"),
    ):
        assert [commit.hash for commit in catalog.commits("main", wanted).items] == [second.hash]
    for wanted in (
        CommitFilter(properties={"ticket": "z"}),
        CommitFilter(author="^Nobody"),
        CommitFilter(until=second.at.replace(year=2000)),
    ):
        assert catalog.commits("main", wanted).items == []


def test_a_history_is_read_in_pages(lakehouse: Lakehouse) -> None:
    catalog = lakehouse.catalog
    for number in range(7):
        write(lakehouse, "main", f"t{number}")
    whole = [commit.hash for commit in catalog.commits("main").items]
    pages: list[list[str]] = []
    after = None
    while not pages or after:
        page = catalog.commits("main", limit=3, after=after)
        pages.append([commit.hash for commit in page.items])
        after = page.next
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [commit for page in pages for commit in page] == whole


def test_branches_are_listed_in_pages_main_first(catalog: Catalog) -> None:
    for name in ("demo.b", "demo.a", "Alice.z", "zoe.m"):
        catalog.create_branch(name, "main")
    first = catalog.names("BRANCH", limit=2)
    rest = catalog.names("BRANCH", after=first.next)
    assert [ref.name for ref in first.items + rest.items] == [
        "main", "Alice.z", "demo.a", "demo.b", "zoe.m",
    ]  # fmt: skip
    mine = catalog.names("BRANCH", zones=["main", "demo"])
    assert [ref.name for ref in mine.items] == ["main", "demo.a", "demo.b"]
    assert [ref.name for ref in catalog.names("BRANCH", "[ab]$").items] == ["demo.a", "demo.b"]
