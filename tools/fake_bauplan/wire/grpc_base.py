"""What every gRPC call shares: the caller's key, and errors as one clear status."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import grpc

from fake_bauplan.catalog.types import User
from fake_bauplan.commander import Commander
from fake_bauplan.engine import SqlError
from fake_bauplan.errors import PlatformError, Unauthorized
from fake_bauplan.jobs import JobNotFound
from fake_bauplan.runs.plan import PlanningError

SCHEME = "Bearer "
CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.FAILED_PRECONDITION,
    503: grpc.StatusCode.UNAVAILABLE,
    501: grpc.StatusCode.UNIMPLEMENTED,
}
Call = TypeVar("Call", bound=Callable[..., Any])


def _status(error: Exception) -> tuple[grpc.StatusCode, str] | None:
    """How an expected error is told to the client; None for a bug."""
    if isinstance(error, PlatformError):
        return CODES.get(error.status, grpc.StatusCode.INTERNAL), error.message
    if isinstance(error, JobNotFound):
        return grpc.StatusCode.NOT_FOUND, str(error)
    if isinstance(error, (PlanningError, SqlError)):
        return grpc.StatusCode.INVALID_ARGUMENT, str(error)
    return None


def answering(call: Call) -> Call:
    """Turn expected errors of a call into a status with one clear message."""

    @functools.wraps(call)
    def wrapper(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            self.commander.lakehouse.faults.strike(call.__name__)
            return call(self, request, context)
        except Exception as error:
            status = _status(error)
            if status is None:
                raise
            context.abort(*status)

    return wrapper  # type: ignore[return-value]


class Calls:
    """The part of the service that knows who calls."""

    commander: Commander

    def user(self, context: grpc.ServicerContext) -> User:
        """Who calls; raises Unauthorized."""
        headers = dict(context.invocation_metadata())
        value = str(headers.get("authorization", ""))
        if not value.startswith(SCHEME):
            raise Unauthorized("The API key is missing")
        return self.commander.lakehouse.user(value.removeprefix(SCHEME))
