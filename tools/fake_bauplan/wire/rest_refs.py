"""REST calls about branches, tags, merges and commits."""

from __future__ import annotations

import json
from datetime import datetime

from fake_bauplan import clock
from fake_bauplan.catalog.types import CommitFilter
from fake_bauplan.errors import BadRequest, NotImplementedYet
from fake_bauplan.permissions import check_merge, check_write
from fake_bauplan.refs import MAIN, Kind
from fake_bauplan.wire import rest_views as views
from fake_bauplan.wire.rest import Answer, Call, checked_properties, route

MYSELF = "~"


@route("GET", "/catalog/v0/branches")
def list_branches(call: Call) -> Answer:
    """Branches; `~` as user means one's own and main."""
    user = call.query.get("filter_by_user")
    if user is None:
        return _list(call, "BRANCH", None)
    return _list(call, "BRANCH", [MAIN, call.user.username] if user == MYSELF else [user])


@route("GET", "/catalog/v0/tags")
def list_tags(call: Call) -> Answer:
    """Tags; they belong to everybody."""
    return _list(call, "TAG", None)


def _list(call: Call, kind: Kind, zones: list[str] | None) -> Answer:
    pattern = call.query.get("filter_by_name")
    page = call.lakehouse.catalog.names(kind, pattern, zones, call.after, call.limit)
    return Answer([views.branch(item) for item in page.items], next=page.next)


@route("GET", "/catalog/v0/branches/{}")
def get_branch(call: Call, name: str) -> Answer:
    """One branch."""
    return Answer(views.branch(call.lakehouse.catalog.branch(name)))


@route("GET", "/catalog/v0/tags/{}")
def get_tag(call: Call, name: str) -> Answer:
    """One tag."""
    return Answer(views.branch(call.lakehouse.catalog.tag(name)))


@route("POST", "/catalog/v0/branches")
def create_branch(call: Call) -> Answer:
    """A new branch of one's own, from any ref."""
    name = call.text("branch_name")
    check_write(call.user, name, "CREATE_BRANCH")
    return Answer(views.branch(call.lakehouse.catalog.create_branch(name, call.text("from_ref"))))


@route("POST", "/catalog/v0/tags")
def create_tag(call: Call) -> Answer:
    """A new tag, from any ref."""
    made = call.lakehouse.catalog.create_tag(call.text("tag_name"), call.text("from_ref"))
    return Answer(views.branch(made))


@route("DELETE", "/catalog/v0/branches/{}")
def delete_branch(call: Call, name: str) -> Answer:
    """Remove a branch of one's own."""
    call.lakehouse.catalog.branch(name)
    check_write(call.user, name, "DELETE_BRANCH")
    return Answer(views.branch(call.lakehouse.catalog.delete_branch(name)))


@route("DELETE", "/catalog/v0/tags/{}")
def delete_tag(call: Call, name: str) -> Answer:
    """Remove a tag."""
    return Answer(views.branch(call.lakehouse.catalog.delete_tag(name)))


@route("PATCH", "/catalog/v0/branches/{}")
def rename_branch(call: Call, name: str) -> Answer:
    """Rename a branch of one's own, within one's own."""
    new_name = call.text("branch_name")
    call.lakehouse.catalog.branch(name)
    for one in (name, new_name):
        check_write(call.user, one, "RENAME_BRANCH")
    return Answer(views.branch(call.lakehouse.catalog.rename_branch(name, new_name)))


@route("PATCH", "/catalog/v0/tags/{}")
def rename_tag(call: Call, name: str) -> Answer:
    """Rename a tag."""
    return Answer(views.branch(call.lakehouse.catalog.rename_tag(name, call.text("tag_name"))))


@route("POST", "/catalog/v0/refs/{}/merge/{}")
def merge(call: Call, source: str, into: str) -> Answer:
    """Merge any ref into main or into a branch of one's own."""
    call.lakehouse.catalog.writable(into)
    check_merge(call.user, into)
    subject = call.optional("commit_message") or f"Merge {source} into {into}"
    ref = call.lakehouse.catalog.merge(
        source,
        into,
        author=call.user,
        message=call.message(subject),
        properties=call.properties(),
    )
    return Answer(ref.as_json(), ref)


@route("GET", "/catalog/v0/refs/{}/commits")
def list_commits(call: Call, ref: str) -> Answer:
    """A ref's history, newest first, filtered."""
    at = call.lakehouse.catalog.resolve(ref)
    page = call.lakehouse.catalog.commits(str(at), _wanted(call), call.limit, call.after)
    return Answer([views.commit(item) for item in page.items], at, page.next)


def _wanted(call: Call) -> CommitFilter:
    if "filter" in call.query:
        raise NotImplementedYet("A CEL filter on commits")

    def text(name: str) -> str | None:
        return call.query.get(f"filter_by_{name}")

    return CommitFilter(
        text("message"),
        text("author_username"),
        text("author_name"),
        text("author_email"),
        _moment(text("authored_date")),
        _moment(text("authored_date_start_at")),
        _moment(text("authored_date_end_at")),
        text("parent_hash"),
        _properties(text("properties")),
    )


def _moment(text: str | None) -> datetime | None:
    try:
        return clock.parse(text) if text else None
    except ValueError as error:
        raise BadRequest(f"{text!r} is not a date: {error}") from error


def _properties(text: str | None) -> dict[str, str]:
    try:
        return checked_properties(json.loads(text), own=False) if text else {}
    except ValueError as error:
        raise BadRequest(f"filter_by_properties is not JSON: {error}") from error
