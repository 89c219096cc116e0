"""The client's requests as the values that the layers below take."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from fake_bauplan.catalog.types import User
from fake_bauplan.errors import BadRequest, NotImplementedYet
from fake_bauplan.jobs import Filter
from fake_bauplan.refs import MAIN
from fake_bauplan.runs.plan import RunRequest
from fake_bauplan.wire.proto import commander_pb2 as wire
from fake_bauplan.wire.proto import common_pb2 as common

STRICT_BY_DEFAULT = (0, 3)
PREVIEWS = ("on", "off", "head", "tail")
PLAIN_VALUES = ("int_value", "float_value", "bool_value", "str_value")


def run_request(
    request: wire.CodeSnapshotRunRequest | wire.CodeSnapshotReRunRequest,
) -> RunRequest:
    """What a run or a rerun asks for; raises BadRequest, and NotImplementedYet for secrets."""
    version = _version(request.job_request_common.module_version)
    code: Any = request if isinstance(request, wire.CodeSnapshotRunRequest) else None
    return RunRequest(
        zip_file=code.zip_file if code else b"",
        ref=request.ref or MAIN,
        namespace=request.namespace,
        dry_run=request.dry_run == common.JOB_REQUEST_OPTIONAL_BOOL_TRUE,
        transaction=_switch("transaction", request.transaction, True),
        strict=_switch("strict", request.strict, version >= STRICT_BY_DEFAULT),
        cache=_switch("cache", request.cache, True),
        preview=_preview(request.preview),
        project_id=code.project_id if code else "",
        project_name=code.project_name if code else "",
        parameters=dict(_parameter(item) for item in code.parameters) if code else {},
        arguments=dict(request.job_request_common.args),
        legacy=version < STRICT_BY_DEFAULT,
    )


def _version(text: str) -> tuple[int, ...]:
    """`0.3.5` or `0.2.0-rc.2` as numbers; a client that does not say is taken for the newest."""
    numbers = re.findall(r"\d+", text)[:2]
    return tuple(map(int, numbers)) if numbers else STRICT_BY_DEFAULT


def _switch(name: str, value: str, default: bool) -> bool:
    if value not in ("", "on", "off"):
        raise BadRequest(f"{name} must be 'on' or 'off', not {value!r}")
    return value == "on" if value else default


def _preview(value: str) -> str:
    if value and value not in PREVIEWS:
        raise BadRequest(f"preview must be one of {', '.join(PREVIEWS)}, not {value!r}")
    return value or "off"


def _parameter(item: common.Parameter) -> tuple[str, object]:
    kind = item.WhichOneof("value") or ""
    if kind not in PLAIN_VALUES:
        raise NotImplementedYet(f"A {kind.partition('_')[0]} parameter ({item.name!r})")
    return item.name, getattr(item, kind).value


def on_off(value: bool) -> str:
    """A switch as the client reads it."""
    return "on" if value else "off"


def job_filter(request: wire.GetJobsRequest, user: User) -> Filter:
    """Which jobs are wanted: the caller's own unless all users' or certain ones are asked for."""
    users = list(request.filter_users)
    if not users and not request.all_users:
        users = [user.username]
    kinds = [*request.filter_kinds, request.filter_kind]
    statuses = [*request.filter_statuses, request.filter_status]
    return Filter(
        tuple(request.job_ids),
        tuple(users),
        tuple(_names(common.JobKind, kinds, "JOB_KIND_")),
        tuple(_names(common.JobStateType, statuses, "JOB_STATE_TYPE_")),
        _moment(request.filter_created_after, request.HasField("filter_created_after")),
        _moment(request.filter_created_before, request.HasField("filter_created_before")),
    )


def _names(enum: Any, values: list[Any], prefix: str) -> list[str]:
    return [enum.Name(value).removeprefix(prefix) for value in values if value]


def _moment(at: Timestamp, given: bool) -> datetime | None:
    return at.ToDatetime(tzinfo=UTC) if given else None
