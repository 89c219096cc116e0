"""The real Python SDK on the catalog: objects as arguments, and its own exceptions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import bauplan
import pyarrow as pa
import pytest
from bauplan import exceptions

from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import Server

ONE = pa.table({"id": [1]})


@pytest.fixture
def client(lakehouse_server: Server) -> bauplan.Client:
    lakehouse_server.lakehouse.load_table("shop", "orders", ONE)
    return bauplan.Client()


def test_refs_are_taken_as_objects_and_as_text(client: bauplan.Client) -> None:
    branch = client.create_branch("demo.a", from_ref="main")
    tag = client.create_tag("v1", from_ref=branch)
    for ref in (branch, tag, str(branch), str(tag), "demo.a", f"@{branch.hash}"):
        assert client.get_table("shop.orders", ref=ref).records == 1
    assert client.has_branch(branch)
    assert not client.has_branch("demo.nope")
    assert client.delete_branch(branch)
    assert not client.delete_branch("demo.a", if_exists=True)


def test_a_merge_keeps_message_body_and_properties(client: bauplan.Client) -> None:
    client.create_branch("demo.a", from_ref="main")
    client.create_namespace("raw", branch="demo.a", commit_properties={"ticket": "7"})
    client.merge_branch(
        "demo.a",
        into_branch="main",
        commit_message="raw is ready",
        commit_body="as agreed",
        commit_properties={"ticket": "8"},
    )
    (commit,) = client.get_commits("main", filter_by_properties={"ticket": "8"})
    assert (commit.subject, commit.body) == ("raw is ready", "as agreed")
    assert commit.parent_merge_ref is not None
    (inner,) = client.get_commits("demo.a", filter_by_properties={"ticket": "7"})
    assert inner.ref.hash == commit.parent_merge_ref.hash


def test_a_history_is_cut_by_dates(client: bauplan.Client) -> None:
    now = datetime.now(UTC)
    past, future = now - timedelta(days=1), now + timedelta(days=1)
    everything = list(client.get_commits("main"))
    assert len(everything) == 2
    since = list(client.get_commits("main", filter_by_authored_date_start_at=past))
    assert [str(commit.ref) for commit in since] == [str(commit.ref) for commit in everything]
    assert not list(client.get_commits("main", filter_by_authored_date_start_at=future))
    assert not list(client.get_commits("main", filter_by_authored_date_end_at=past))
    exact = list(client.get_commits("main", filter_by_authored_date=everything[0].authored_date))
    assert [str(commit.ref) for commit in exact] == [str(everything[0].ref)]


def test_lists_are_read_through_all_their_pages(
    client: bauplan.Client, lakehouse: Lakehouse
) -> None:
    for number in range(205):
        lakehouse.catalog.create_tag(f"v{number:03}", "main")
    assert [tag.name for tag in client.get_tags()] == [f"v{number:03}" for number in range(205)]
    assert len(list(client.get_tags(limit=150))) == 150
    assert [tag.name for tag in client.get_tags(filter_by_name="^v00[1-3]$")] == [
        "v001",
        "v002",
        "v003",
    ]


ERRORS = [
    (lambda c: c.get_table("shop.nope", ref="main"), exceptions.TableNotFoundError),
    (lambda c: c.get_table("a.b", ref="main", namespace="c"), exceptions.NamespaceUnresolvedError),
    (lambda c: c.get_namespace("nope", ref="main"), exceptions.NamespaceNotFoundError),
    (lambda c: c.get_branch("nope"), exceptions.BranchNotFoundError),
    (lambda c: c.get_branch("v1"), exceptions.NotABranchRefError),
    (lambda c: c.get_tag("nope"), exceptions.TagNotFoundError),
    (lambda c: c.get_tag("main"), exceptions.NotATagRefError),
    (lambda c: c.create_tag("v1", from_ref="main"), exceptions.TagExistsError),
    (lambda c: c.create_branch("demo.a", from_ref="nope"), exceptions.RefNotFoundError),
    (lambda c: c.create_branch("demo.a", from_ref="no ref!"), exceptions.InvalidRefError),
    (lambda c: c.create_branch("ciro.a", from_ref="main"), exceptions.CreateBranchForbiddenError),
    (lambda c: c.delete_branch("main"), exceptions.DeleteBranchForbiddenError),
    (lambda c: c.delete_table("shop.orders", branch="main"), exceptions.DeleteTableForbiddenError),
    (lambda c: c.create_namespace("n", branch="v1"), exceptions.NotAWriteBranchRefError),
    (lambda c: c.merge_branch("main", into_branch="nope"), exceptions.BranchNotFoundError),
    (lambda c: c.merge_branch("main", into_branch="v1"), exceptions.NotAWriteBranchRefError),
    (lambda c: c.merge_branch("nope", into_branch="main"), exceptions.RefNotFoundError),
    (lambda c: list(c.get_commits("main", filter="true")), exceptions.BauplanHTTPError),
    (lambda c: list(c.get_commits("main", filter_by_message="(")), exceptions.BadRequestError),
]


@pytest.mark.parametrize(("call", "error"), ERRORS)
def test_errors_are_the_sdks_own(
    client: bauplan.Client, call: Callable[[bauplan.Client], object], error: type[Exception]
) -> None:
    client.create_tag("v1", from_ref="main")
    with pytest.raises(error) as raised:
        call(client)
    assert type(raised.value) is error
